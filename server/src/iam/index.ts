export type { AccessKey } from './access-keys.ts';
export {
  ACCOUNT_SCOPE,
  type Account,
  ALL_PROJECTS_SCOPE,
  type Directory,
  type Grant,
  type Group,
  Profile,
  type Project,
  readProfile,
  type User,
} from './directory/index.ts';
export { Iam, type IssuedToken, type PasswordLogin, type ScopeRequest } from './iam.ts';
export { ANY_SOURCE, type IngestKey } from './ingest-keys.ts';
export { MAX_TOKEN, MOST_MEMBERSHIPS } from './limits.ts';
export { networkOf } from './networks.ts';
export { type OidcJourney, OidcSignIn, type OutsideUser } from './oidc.ts';
export type { Withheld } from './outside-groups.ts';
export { makePassword } from './passwords.ts';
export { PolicyDocument, readPolicy, SERVICES } from './policy.ts';
export type { Principal } from './principal.ts';
export type { Role } from './roles.ts';
export {
  type Authorization,
  type BodyDigest,
  isSignedBy,
  parseAuthorization,
  type SignedRequest,
} from './signature.ts';
