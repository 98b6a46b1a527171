import { endOfString } from '@opencts/client/json';

/*
 * What stands where a secret would, and is none: a reference to where it is kept, or a message on how it should be.
 * What a reference could hold besides, as a default (`${A:-x}`), can be the secret.
 */

/** In shells and templates, in workflows and settings, in Kubernetes, Terraform and programs. */
const REFERENCE = [
  String.raw`\$\{\{[^{}"'\r\n]{1,200}\}\}`,
  String.raw`\{\{-?(?:\s{1,8}[.$]?[A-Za-z_][^{}"'\r\n]{0,200}|[.$]?[A-Za-z_]\w{0,80}[._:][\w.:/ $|-]{0,200})\}\}`,
  String.raw`\$\{(?:env:[A-Za-z_][\w.]{0,80}|ssm:\/[\w./-]{1,200}|[A-Za-z_][\w.]{0,80})\}`,
  String.raw`\$\([A-Z_][A-Z0-9_]{0,80}\)`,
  String.raw`\$(?:(?:[A-Z][A-Z0-9_]{0,60}_)?(?:PASS|PASSWORD|PASSWD|PASSPHRASE|PWD|TOKEN|SECRET|KEY|CREDENTIALS?)|PGPASSWORD|SSHPASS|pass|password|passwd|pwd|token|secret)(?!\w)`,
  String.raw`(?:var|local|module)\.[a-z_][\w.]{0,100}|process\.env\.[A-Z_][A-Z0-9_]{0,80}|secrets\.[A-Z_][A-Z0-9_]{0,80}`,
].join('|');
const WHOLE_REFERENCE = new RegExp(`^(?:${REFERENCE})$`);
/** Where it is all of a value. */
export const REFERENCE_AT = new RegExp(
  String.raw`(?:${REFERENCE})(?=[\s,;)\]}&<\\]|["'\`](?!["'\w])|$)`,
  'y',
);

const VERBS =
  'be|have|contain|match|include|differ|consist|start|end|use|not|too|required|invalid|already|been|expired|missing|incorrect|wrong|weak|blank|empty|entirely';
/** What a validation is about; other sentences could be a passphrase. */
const TOPICS =
  'characters?|letters?|digits?|numbers?|numeric|symbols?|required|blank|empty|null|short|long|least|most|common|similar|match|valid|invalid|expired|missing|incorrect|wrong|weak|names?|username|passwords?|fields?|already|used';
/** How a validation says what is wrong: `must be at least 8 characters`, `This field is required.` */
const MESSAGE = String.raw`(?:ensure\s(?:this|that|the)\s|(?:(?:the|this|that|your|new)\s)?(?:(?:fields?|values?|passwords?|passphrase|tokens?|secret)\s)?(?:(?:must|should|may|can|could|do|does|did)(?:\s?not|n't|'t)?|is|was|are|has|have)\s(?=[^\r\n"]{0,200}?(?<!\w)(?:${TOPICS})(?!\w))(?:${VERBS})(?![\w-]))[^\r\n"]{0,200}`;
const WHOLE_MESSAGE = new RegExp(`^${MESSAGE}$`, 'i');
export const MESSAGE_AT = new RegExp(MESSAGE, 'iy');
const LONGEST = 300;
/** Messages in one list. */
const MOST_MESSAGES = 8;

/** Whether a value refers to a secret or tells of one. */
export const standsIn = (value: string) =>
  value.length <= LONGEST && (WHOLE_REFERENCE.test(value) || WHOLE_MESSAGE.test(value));

/** Whether a list of JSON holds messages, and nothing else. */
export function holdsMessages(text: string, start: number): boolean {
  let at = start;
  for (let count = 0; count < MOST_MESSAGES && /[[,]/.test(text[at] ?? ''); count++) {
    at = pastSpace(text, at + 1);
    if (text[at] !== '"') return false;
    const end = at + 1 + endOfString(text.slice(at + 1, at + 1 + LONGEST), 0);
    if (text[end] !== '"' || !WHOLE_MESSAGE.test(text.slice(at + 1, end))) return false;
    at = pastSpace(text, end + 1);
  }
  return text[at] === ']';
}

function pastSpace(text: string, from: number): number {
  let end = from;
  while (end < from + LONGEST && /\s/.test(text[end] ?? '')) end++;
  return end;
}
