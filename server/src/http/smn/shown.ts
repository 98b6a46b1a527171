import type { Principal } from '../../iam/index.ts';
import type { Extension, Subscription } from '../../smn/index.ts';
import { MASK } from '../../traces/index.ts';

/** Actions whose holders need the endpoint: they change it, or have to name it. */
const KNOWING = ['smn:topic:update', 'smn:subscription:confirm'];
/** Of the rest of an address; a shorter one would be told by its end. */
const LEAST_REST = 12;
const END = 4;
const WEB = /^(https?:\/\/)(?:[^/?#]*@)?([^/?#]*)\/?(.*)$/i;

/** Whoever knows the address of a web hook can use it: others get to know its host and how it ends. */
export function shownEndpoint({ protocol, endpoint }: Subscription, principal: Principal): string {
  const isWeb = protocol === 'http' || protocol === 'https';
  if (!isWeb || KNOWING.some((action) => principal.allows(action))) return endpoint;
  const [, scheme = '', host = '', rest = ''] = WEB.exec(endpoint) ?? [];
  if (rest === '') return scheme + host;
  return `${scheme}${host}/${MASK}${rest.length < LEAST_REST ? '' : rest.slice(-END)}`;
}

/** Values of headers are mostly secrets: they are told to nobody. */
export function shownExtension({ header, ...others }: Extension): Extension {
  if (!header) return others;
  return { ...others, header: Object.fromEntries(Object.keys(header).map((name) => [name, MASK])) };
}
