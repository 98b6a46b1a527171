import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { tracesFor } from '../../caller.ts';
import { MOST_ACCOUNTED_DAYS } from '../../limits.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { instant } from '../../trace-query.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const byFollower = (description: string) =>
  Type.Object(
    {
      indexer: Type.Integer({ description: 'Missing in the trace list' }),
      archiver: Type.Integer({ description: 'Missing in trace files' }),
      notifier: Type.Integer({ description: 'Not looked at for key events, or not told' }),
    },
    { description },
  );

/** What became of the traces that were acknowledged, counted at each step of their way. */
export const accountingRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { store, clock, accounting, archive, trackers },
) => {
  server.get(
    '/v3/:project_id/accounting',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'What was journalled, indexed, stored and archived, by hour of record_time',
        tags: ['traces'],
        params: ProjectPath,
        querystring: Type.Object({
          from: instant('Epoch ms, in the first hour. Default: a day before `to`'),
          to: instant('Epoch ms; the last hour begins before it. Default: now'),
        }),
        response: {
          200: Type.Object({
            hours: Type.Array(
              Type.Object({
                time: Type.Integer({ description: 'Beginning of the hour' }),
                journalled: Type.Integer({ description: 'Acknowledged to producers' }),
                indexed: Type.Integer({ description: 'Handed to the trace store' }),
                quarantined: byFollower('Set aside, since they could not be processed'),
                lost: byFollower('In a part of the journal that is gone'),
                stored: Type.Integer({ description: 'Counted in the trace store' }),
                archived: Type.Integer({
                  description: 'In trace files that were delivered; only of trackers with a bucket',
                }),
                awaiting: Type.Integer({
                  description:
                    'Will be in trace files: of a cycle that has not ended, or of a file on its way to its bucket. What is in neither is in none, since it was recorded without a transfer',
                }),
              }),
            ),
          }),
        },
      },
    },
    async ({ params, query }, reply) => {
      const to = query.to ?? clock() + 1;
      const from = query.from ?? to - DAY;
      if (to - from > MOST_ACCOUNTED_DAYS * DAY) {
        throw ERRORS.invalidQuery('from', `from is more than ${MOST_ACCOUNTED_DAYS} days before to`);
      }
      // All of them count by whole hours.
      const begin = Math.floor(from / HOUR) * HOUR;
      const end = Math.ceil(to / HOUR) * HOUR;
      // What is recorded while the store counts is in neither number, or in the store's alone.
      const hours = accounting.hours(params.project_id, begin, end);
      const counted = await tracesFor(store, reply).hourCounts(params.project_id, begin, end);
      const stored = new Map(counted.map(({ hour, count }) => [hour, count]));
      const archived = await archive.hours(params.project_id, begin, end);
      const transfers = (await trackers.list(params.project_id)).some(
        ({ settings }) => settings.bucket !== '',
      );
      return {
        hours: hours.map((hour) => {
          const delivered = archived.get(hour.time) ?? 0;
          return {
            ...hour,
            stored: stored.get(hour.time) ?? 0,
            archived: delivered,
            awaiting: transfers ? Math.min(hour.awaiting, Math.max(hour.journalled - delivered, 0)) : 0,
          };
        }),
      };
    },
  );
};
