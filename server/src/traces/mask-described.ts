/*
 * What is called a password or a token can be an object that describes one: who signs in with it, from when to when it
 * is valid, which type it has. Such an object is looked through; what is not known to describe is masked.
 */

/** Names of what can be described, without separators. */
const DESCRIBED = /(?:password|passwd|passphrase|pwd|adminpass|token|apikey)$/;

/** Names of members that describe. */
const DESCRIBING = new Set(
  (
    'user users username name displayname domain domainid project projectid tenant tenantid userid role roles groups system ' +
    'isdomain methods catalog type tokentype kind status state audience aud issuer iss scope scopes path description ' +
    'title format auditids expires expiresat expiresin expiry expiration expirationtime expirationtimestamp ' +
    'expirationseconds expirydate issuedat created createdat updatedat createdby notbefore lastusedat metadata ref $ref valuefrom ' +
    'secretkeyref version algorithm region policy'
  ).split(' '),
);
/** What has names of its own where it is a structure. As text below a password it can be one, that of a user say. */
const OWNERS = new Set('user users role roles groups system project tenant domain policy'.split(' '));
/** Names of members that are the secret, of whatever type. */
const VALUE = /^(?:value|secret|data|id|code|pin|key)$/i;

const bare = (name: string) => name.toLowerCase().replaceAll(/[ _.-]/g, '');

/** Whether an object can describe the secret that a name stands for. @param name without separators */
export const canBeDescribed = (name: string) => DESCRIBED.test(name);

/** Whether a member is a description. */
export const describes = (name: string) => name.length <= 32 && DESCRIBING.has(bare(name));

/** Whether text in it is rather a secret. @param owner what the object around is called */
export const isNoDescription = (name: string, owner: string) =>
  OWNERS.has(bare(name)) && !/token$/i.test(owner);

/** Of a member of an object that describes a secret, whether all of it is masked, or only text in it. */
export const secrecyOfOther = (name: string) => (VALUE.test(name) ? 'all' : 'text');
