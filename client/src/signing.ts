/** What of a request is signed, as client and service write it down: `docs/reference/iam-auth.md` 5. */
export { sign } from './signature.ts';
export { canonicalPath, canonicalQuery, encodePath, parseQuery } from './signed-target.ts';
