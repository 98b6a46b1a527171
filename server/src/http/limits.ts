/** Bytes of a request's body, where a route says nothing else. */
export const MAX_BODY = 1024 * 1024;
/** Levels of nesting in a JSON body. */
export const MAX_JSON_DEPTH = 64;
/** Values in a JSON body: members, items, objects and arrays. */
export const MAX_JSON_VALUES = 20_000;
/** Bytes of a signed request's body, as of the clouds' gateway. */
export const MAX_SIGNED_BODY = 12 * 1024 * 1024;
/** Characters of a refusal's message. */
export const MAX_MESSAGE = 600;
