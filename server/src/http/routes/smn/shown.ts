import { hideAddress } from '../../../auditing/index.ts';
import type { Principal } from '../../../iam/index.ts';
import type { Extension, Subscription } from '../../../smn/index.ts';
import { MASK } from '../../../traces/index.ts';

/** Actions whose holders need the endpoint: they change it, or have to name it. */
const KNOWING = ['smn:topic:update', 'smn:subscription:confirm'];

export const knowsEndpoints = (principal: Principal) => KNOWING.some((action) => principal.allows(action));

/** Whoever knows the address of a web hook can use it: others get to know its host and how it ends. */
export function shownEndpoint({ endpoint }: Pick<Subscription, 'endpoint'>, principal: Principal): string {
  return knowsEndpoints(principal) ? endpoint : hideAddress(endpoint);
}

/** Values of headers are mostly secrets: they are told to nobody. */
export function shownExtension({ header, ...others }: Extension): Extension {
  if (!header) return others;
  return { ...others, header: Object.fromEntries(Object.keys(header).map((name) => [name, MASK])) };
}
