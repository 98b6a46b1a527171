import type { TSchema } from 'typebox';
import type { AuditedOperation } from '../../audit.ts';

/** Configuration of a route of the identity service: what it takes, and the trace that it leaves. */
export const may = (
  action: string,
  audit?: [resourceType: string, name: string, namedBy?: AuditedOperation['namedBy']],
) => ({
  action,
  keystone: true,
  ...(audit
    ? {
        audit: {
          service: 'IAM',
          resourceType: audit[0],
          name: audit[1],
          namedBy: audit[2],
        } satisfies AuditedOperation,
      }
    : {}),
});

export const doc = <const Response extends Record<number, TSchema>>(summary: string, response: Response) => ({
  summary,
  tags: ['identity'],
  response,
});
