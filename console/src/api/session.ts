import { createApi, dataOf } from '@opencts/client/api';

/** A project that the user may enter. */
export interface Project {
  id: string;
  name: string;
  region: string;
}

/** Who is signed in. The token itself is in a cookie that scripts cannot read. */
export interface Session {
  user: { id: string; name: string };
  domain: { id: string; name: string };
  projects: Project[];
}

export const HERE = globalThis.location?.origin ?? '';
/** Marks what is done here as done in the console; without it the cookie counts nothing. */
export const headers = { 'x-opencts-client': 'console' };

const api = createApi({ url: HERE, headers });

/** The session that this browser has already. */
export const currentSession = async (): Promise<Session | undefined> =>
  (await dataOf(api.GET('/session'))).session;

/** @throws ApiError */
export const signIn = (account: string, user: string, password: string): Promise<Session> =>
  dataOf(api.POST('/session', { body: { account, user, password } }));

/** The session of a person who has just come back from the provider. @throws ApiError */
export const arriveFromProvider = (): Promise<Session> => dataOf(api.POST('/oidc/session'));

/** Whether people may sign in through an outside provider. */
export const hasProvider = async (): Promise<boolean> => (await dataOf(api.GET('/oidc'))).enabled;

export async function signOut(): Promise<void> {
  await api.DELETE('/session');
}

const CHOSEN = 'opencts-project';
/** The parameter of an address that names its project. */
export const PROJECT = 'project';

/** @param named by id or name */
export const projectNamed = ({ projects }: Session, named: string | null): Project | undefined =>
  projects.find(({ id, name }) => named === id || named === name);

/** The project that was chosen before, or else the first. */
export function firstProject(session: Session): Project | undefined {
  const chosen = [sessionStorage.getItem(CHOSEN), localStorage.getItem(CHOSEN)];
  return chosen.map((one) => projectNamed(session, one)).find(Boolean) ?? session.projects[0];
}

/** For this tab, and for those that are opened from now on. */
export function rememberProject({ id }: Project): void {
  sessionStorage.setItem(CHOSEN, id);
  localStorage.setItem(CHOSEN, id);
}
