export {
  Iam,
  type IssuedToken,
  type PasswordLogin,
  type Principal,
  type Project,
  type ScopeRequest,
} from './iam.ts';
export { loadRootKey } from './root-key.ts';
