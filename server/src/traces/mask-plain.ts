import { issuedToken, lastKeyIn, privateKey, signedToken, valueOfPart } from './mask-bodies.ts';
import { Commands } from './mask-commands.ts';
import { type Edit, MASK, unseenFrom } from './mask-edits.ts';
import { insertedSecrets } from './mask-inserts.ts';
import { itemSecrets } from './mask-items.ts';
import { secretLead } from './mask-lead.ts';
import { manifestSecrets } from './mask-manifest.ts';
import type { SecretNames } from './mask-names.ts';
import { Pairs, type Structure } from './mask-pairs.ts';
import type { Steps } from './mask-steps.ts';
import { at } from './mask-sticky.ts';
import { valueAt } from './mask-value.ts';
import { webhookSecret } from './mask-webhooks.ts';

/*
 * Text that is no JSON: messages, command lines, headers, URLs, forms, XML, JSON with something around it.
 * Every word is looked at once; where it is the name of a secret and a value follows, that is masked and the
 * search goes on behind it. So each character is passed a bounded number of times. A word ends where a key begins.
 */
const WORD = /(?:[A-Za-z]|%[0-9A-Fa-f]{2})(?:[A-Za-z0-9_.]|-(?!----BEGIN )|%[0-9A-Fa-f]{2})*|[{}[\]]|\/\//g;
/** What is behind them when a URL names user and password. */
const AUTHORITY = '//';
const INSERT = /^insert$/i;
const URL_PASSWORD = /[^\s/@:"']*:([^\s/"'?#]+)@/y;
/** One with marks in it that should have been escaped; a port is none. */
const ODD_URL_PASSWORD = /[^\s/@:"']*:(?!\d{1,5}[/?#])([^\s"'@]{1,200})@/y;
const USER = /[^\s/@:"'?#]{8,400}(?=@)/y;
const ORACLE_USER = /:[^\s/@:"']{1,128}\/("[^"\r\n]{1,128}"|[^\s@"']{1,256})@/y;
const BEARER = / +(?=[A-Za-z0-9._~+/-]{0,40}[0-9._])[A-Za-z0-9._~+/-]{8,}=*/y;
/**
 * Where secrets stand in any text.
 * @param onStructure is called where an object or a list could begin
 */
export function plainSecrets(
  text: string,
  names: SecretNames,
  steps: Steps,
  onStructure: (start: number) => Structure,
): Edit[] {
  const edits: Edit[] = [];
  const pairs = new Pairs(text, names, steps);
  const others = names.suspectsOthers(text) ? new Commands(text, names, steps) : undefined;
  let inserted = 0;
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match; match = WORD.exec(text)) {
    const [word] = match;
    const start = match.index;
    let next = WORD.lastIndex;
    if (word === '{' || word === '[') {
      const structure = onStructure(start);
      pairs.opened(structure);
      next = structure.resume;
    } else if (word === '}' || word === ']') {
      pairs.closed();
    } else {
      const found =
        word === AUTHORITY
          ? userSecret(text, next)
          : (secretAfter(text, start, word, names, steps) ??
            (others && (otherSecret(text, start, word) ?? others.secretAfter(start, word))) ??
            pairs.secretAfter(start, word));
      if (found && found.end > found.start) {
        // A value that seems to end within a key ends with it.
        found.end = Math.max(found.end, lastKeyIn(text, found)?.end ?? 0);
        edits.push(found);
      }
      if (found) next = Math.max(found.end, next);
      const rows =
        word.length === 6 && start >= inserted && INSERT.test(word) && insertedSecrets(text, start, names);
      if (rows) {
        inserted = rows.end;
        for (const edit of rows.edits) edits.push(edit);
      }
      if (word === 'Secret') for (const edit of manifestSecrets(text, start, steps)) edits.push(edit);
    }
    WORD.lastIndex = next;
  }
  for (const edit of pairs.earlier) edits.push(edit);
  for (const edit of itemSecrets(text, names, steps)) edits.push(edit);
  for (const edit of others?.apart ?? []) edits.push(edit);
  return edits;
}

/** Passwords and parameters of URLs in any text. */
export function urlSecrets(text: string, names: SecretNames): Edit[] {
  const edits: Edit[] = [];
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match; match = WORD.exec(text)) {
    const { index } = match;
    const next = WORD.lastIndex;
    const found =
      match[0] === AUTHORITY
        ? userSecret(text, next)
        : (oracleSecret(text, index, match[0]) ??
          webhookSecret(text, index, match[0]) ??
          parameterSecret(text, index, match[0], names));
    if (found && found.end > found.start) edits.push(found);
    WORD.lastIndex = Math.max(found?.end ?? 0, next);
  }
  return edits;
}

function secretAfter(
  text: string,
  start: number,
  word: string,
  names: SecretNames,
  steps: Steps,
): Edit | undefined {
  const end = start + word.length;
  if (word.length === 6 && /^bearer$/i.test(word)) {
    const token = at(BEARER, text, end);
    if (token) return { start: end + 1, end: end + token[0].length, text: MASK };
  }
  if (word === 'BEGIN') return privateKey(text, start);
  if (word.startsWith('eyJ')) return signedToken(start, word);
  if (word.length === 19 && /^content-disposition$/i.test(word)) return valueOfPart(text, start, end, names);
  const lead = secretLead(text, start, word, names);
  if (lead && !steps.takeName()) return unseenFrom(text, start);
  return lead && valueAt(text, lead);
}

/** What no name tells, and no program. */
const otherSecret = (text: string, start: number, word: string) =>
  issuedToken(start, word) ?? oracleSecret(text, start, word) ?? webhookSecret(text, start, word);

/** The password of a user in a URL, behind its slashes. */
function userSecret(text: string, end: number): Edit | undefined {
  const user = at(URL_PASSWORD, text, end) ?? at(ODD_URL_PASSWORD, text, end);
  if (!user) return tokenAsUser(text, end);
  const password = user[1] as string;
  const close = end + user[0].length - 1;
  return { start: close - password.length, end: close, text: MASK };
}

/** A token in place of user and password: `https://ghp_x@host`. */
function tokenAsUser(text: string, end: number): Edit | undefined {
  const user = at(USER, text, end)?.[0];
  return user === undefined ? undefined : issuedToken(end, user);
}

/** `jdbc:oracle:thin:u/x@host`, behind `thin`. */
function oracleSecret(text: string, start: number, word: string): Edit | undefined {
  if (
    word.length > 4 ||
    !/^(?:thin|oci8?)$/i.test(word) ||
    !/oracle:$/i.test(text.slice(Math.max(0, start - 7), start))
  )
    return undefined;
  const user = at(ORACLE_USER, text, start + word.length);
  if (!user) return undefined;
  const close = user.index + user[0].length - 1;
  return { start: close - (user[1] as string).length, end: close, text: MASK };
}

function parameterSecret(text: string, start: number, word: string, names: SecretNames): Edit | undefined {
  const lead = secretLead(text, start, word, names);
  return lead?.kind === 'parameter' ? valueAt(text, lead) : undefined;
}
