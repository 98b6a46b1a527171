import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerDeps } from '../../server-deps.ts';

const Clock = Type.Object(
  {
    suspect: Type.Boolean({
      description: 'Whether the clock of the machine has jumped; nothing is destroyed by what it says then',
    }),
    earliest: Type.Integer({ description: 'What time it is at the least, epoch ms' }),
    latest: Type.Integer({ description: 'What time it is at the most, epoch ms' }),
    machine: Type.Integer({ description: 'What the clock of the machine says, epoch ms' }),
    own: Type.Integer({ description: 'What time it is by what the service has lived through, epoch ms' }),
    state: Type.String({ description: 'The same in words' }),
  },
  { title: 'Clock' },
);

/** What time the service takes it to be: for those who run it. */
export const clockRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { time }) => {
  const view = () => ({
    suspect: time.isSuspect,
    earliest: time.earliest(),
    latest: time.latest(),
    machine: time.machine(),
    own: time.own(),
    state: time.state,
  });

  server.get(
    '/v3/clock',
    {
      config: { action: 'opencts:clock:get' },
      schema: {
        summary: 'Show whether the clock of the machine is believed',
        tags: ['operation'],
        response: { 200: Clock },
      },
    },
    async () => view(),
  );

  server.post(
    '/v3/clock/confirm',
    {
      config: {
        action: 'opencts:clock:confirm',
        audit: { service: 'CTS', resourceType: 'clock', name: 'confirmClock' },
      },
      schema: {
        summary: 'Vouch for the clock of the machine: it is right now, and is believed from now on',
        tags: ['operation'],
        response: { 200: Clock },
      },
    },
    async () => {
      await time.confirm();
      return view();
    },
  );
};
