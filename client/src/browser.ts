/** What runs in a browser as well: the typed calls of the service. */
export type { paths } from './api.ts';
export { csvCell } from './csv.ts';
export { OpenCtsError } from './error.ts';
export {
  type Api,
  type ApiOptions,
  createApi,
  dataOf,
  enterProject,
  type Login,
  type SignedIn,
  signIn,
} from './http.ts';
export { textOf, tracesOf } from './trace-text.ts';
export { visible } from './visible.ts';
