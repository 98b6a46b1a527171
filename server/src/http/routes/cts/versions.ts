import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';

/** v2 is SMN's. */
const STATUSES: Record<string, string> = { 'v1.0': 'SUPPORTED', 'v2.0': 'SUPPORTED', v2: 'CURRENT' };

/** Versions of CTS (`docs/reference/cts-api.md` 8); `/` and `/v3` belong to Keystone, which shares the host. */
export const versionRoutes: FastifyPluginAsyncTypebox = async (server) => {
  server.get(
    '/:version(^v[0-9][0-9.]*$)',
    {
      config: { action: 'open' },
      schema: {
        summary: 'A version of the API',
        tags: ['versions'],
        params: Type.Object({ version: Type.String() }),
      },
    },
    async ({ params: { version } }) => {
      const status = STATUSES[version];
      if (!status) throw ERRORS.noSuchVersion(version);
      const links = [{ href: `/${version}`, rel: 'self' }];
      const updated = '2018-09-30T00:00:00Z';
      return { version: { id: version, links, version: '', status, updated, min_version: '' } };
    },
  );
};
