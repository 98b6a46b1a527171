import Type from 'typebox';

export const ProjectPath = Type.Object({
  project_id: Type.String({ description: 'Project, 32 hex digits' }),
});

/** An answer without a body. */
export const NoBody = Type.Unsafe<undefined>({ type: 'null', description: 'No body' });
