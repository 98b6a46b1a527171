import Type from 'typebox';

/** Some calls are about the account, or about one of its projects. */
export const AccountOrProject = Type.Object({
  project_id: Type.String({ description: 'Account, or a project of the caller' }),
});
