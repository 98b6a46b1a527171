import { type Edit, MASK } from './mask-edits.ts';
import { isNoSecret } from './mask-names.ts';
import { at } from './mask-sticky.ts';

/*
 * Whoever has the address of an incoming webhook can post to it: a part of its path is a secret. What stands before
 * says whose it is, and stays.
 */

const PART = String.raw`[^\s\/?#"'<>]{1,200}`;
/** Hosts, and what of the path stands before the secret. */
const ADDRESSES = [
  String.raw`hooks\.slack(?:-gov)?\.com(?::\d{1,5})?\/(?:(?:services|triggers)(?:\/${PART}){2}|workflows(?:\/${PART}){3})\/`,
  String.raw`discord(?:app)?\.com(?::\d{1,5})?\/api(?:\/v\d{1,3})?\/webhooks\/${PART}\/`,
  String.raw`office(?:365)?\.com(?::\d{1,5})?\/webhook(?:b2)?\/${PART}\/IncomingWebhook\/`,
  String.raw`api\.telegram\.org(?::\d{1,5})?\/(?:file\/)?bot(?:\d{1,20}(?::|%3A))?`,
  String.raw`open\.(?:feishu\.cn|larksuite\.com)(?::\d{1,5})?\/open-apis\/bot(?:\/v\d)?\/hook\/`,
  String.raw`hooks\.zapier\.com(?::\d{1,5})?\/hooks\/catch\/${PART}\/`,
  String.raw`maker\.ifttt\.com(?::\d{1,5})?\/(?:trigger\/${PART}(?:\/json)?\/with|use)\/(?:key\/)?`,
  String.raw`(?:webexapis|api\.ciscospark)\.com(?::\d{1,5})?\/v1\/webhooks\/incoming\/`,
].join('|');
const ADDRESS = new RegExp(String.raw`(?:[\w-]{1,63}\.){0,4}?(?:${ADDRESSES})`, 'iy');
/** Of the hosts. */
const SHORTEST = 'office.com'.length;
const SECRET = /[\w-]+/y;

/** The secret in the address of a webhook. @param word its host */
export function webhookSecret(text: string, start: number, word: string): Edit | undefined {
  const isHost = word.length >= SHORTEST && '/:'.includes(text[start + word.length] ?? ' ');
  if (!isHost || !at(ADDRESS, text, start)) return undefined;
  const from = ADDRESS.lastIndex;
  const secret = at(SECRET, text, from)?.[0];
  if (secret === undefined || isNoSecret(secret)) return undefined;
  return { start: from, end: from + secret.length, text: MASK };
}
