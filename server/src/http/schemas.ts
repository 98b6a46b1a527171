import Type from 'typebox';
import { MAX_FILTER_VALUE } from './limits.ts';

export const ProjectPath = Type.Object({
  project_id: Type.String({ description: 'Project, 32 hex digits' }),
});

/** What is compared with what is kept. Nothing that is kept is longer. */
export const Sought = Type.String({ maxLength: MAX_FILTER_VALUE });

/** Of a body about credentials: its trace hides what it has beyond its schema, where a secret may stand. */
export const HIDE_OTHERS = { hidden: 'others' } as const;

/** An answer without a body. */
export const NoBody = Type.Unsafe<undefined>({ type: 'null', description: 'No body' });
