import { ERRORS } from '../errors.ts';
import { CLOSED_PORTS, MOST_MAIL_ADDRESS, MOST_URL } from './limits.ts';
import { AddressRefused, type DeliveryNetwork } from './network.ts';
import { isLine } from './plain-text.ts';

export const PROTOCOLS = ['email', 'sms', 'http', 'https'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/**
 * One address as people have it: nothing that a shell, a mail program or an old relay would take for more
 * (quotes, `|`, a leading `-`, `%`, `!`), no names beside it, no letters that only look like others.
 */
const MAIL_ADDRESS =
  /^[A-Za-z0-9_](?:[A-Za-z0-9_+'=-]|\.(?=[A-Za-z0-9_+'=-])){0,63}@(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const TELEPHONE = /^(?:\+[1-9][0-9]{5,14}|[0-9]{5,20})$/;
const URL_TEXT = /^[\x21-\x7e]+$/;

/** A parser of URLs also takes fewer slashes, or more. */
const URL_START = /^https?:\/\/[^/?#]/i;
/** The name of a host, or its address. */
const HOST =
  /^(?:\[[0-9a-f:.]+\]|(?=.{1,254}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?)$/;

export const isMailAddress = (text: string) => text.length <= MOST_MAIL_ADDRESS && MAIL_ADDRESS.test(text);
export const isTelephone = (text: string) => TELEPHONE.test(text);

/** @returns the endpoint as it is kept. @throws CtsError 400, 403 */
export function checkEndpoint(protocol: Protocol, given: string, network: DeliveryNetwork): string {
  // Its value is not repeated: whoever knows the address of a web hook can use it, and refusals are traces.
  const refuse = (rule: string) => ERRORS.smn(400, '0012', `endpoint must be ${rule}`, 'endpoint');
  if (!isLine(given)) throw refuse('without control characters or line breaks');
  const endpoint = given.trim();
  if (protocol === 'email') {
    if (isMailAddress(endpoint)) return endpoint;
    throw refuse(
      `one e-mail address of at most ${MOST_MAIL_ADDRESS} characters: letters (ASCII), digits and . _ + ' = -, "@" and a domain with a dot`,
    );
  }
  if (protocol === 'sms') {
    if (isTelephone(endpoint)) return endpoint;
    throw refuse('a telephone number: "+" and country code, or the national number, digits only');
  }
  const url = urlOf(endpoint);
  if (url?.protocol !== `${protocol}:` || endpoint.length > MOST_URL) {
    throw refuse(
      `a URL of at most ${MOST_URL} characters (ASCII) that begins with ${protocol}:// and the name of a host`,
    );
  }
  if (/^[^/]*\/\/[^/?#]*@/.test(endpoint)) {
    throw refuse('a URL without user and password; send them in a header (extension.header)');
  }
  if (endpoint.includes('#')) throw refuse('a URL without "#", which is never sent');
  if (url.port !== '' && CLOSED_PORTS.includes(Number(url.port))) {
    throw refuse(`a URL of a web server; the port ${url.port} is for others`);
  }
  try {
    network.checkHost(url.hostname);
  } catch (error) {
    if (error instanceof AddressRefused) throw ERRORS.smn(403, '0069', error.message, 'endpoint');
    throw error;
  }
  return endpoint;
}

function urlOf(text: string): URL | undefined {
  if (!URL_TEXT.test(text) || !URL_START.test(text) || text.includes('\\')) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && HOST.test(url.hostname) ? url : undefined;
}
