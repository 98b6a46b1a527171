import { isNoSecret } from './mask-names.ts';
import { MESSAGE_AT, REFERENCE_AT } from './mask-stand-ins.ts';
import { at } from './mask-sticky.ts';

/*
 * Values in prose: `the password is x1`, `password is: x`, `Password (hashed): x`. Far more often such a sentence says
 * how it stands with a password, so a word counts only where it is none of a language, or where a colon leads to it and
 * nothing more is said.
 */

/** Whose it is, and what leads to the value; with a colon or without. */
const LEAD =
  /(?:(?:for|of)\s{1,4}(?:(?:the|user)\s{1,4}){0,2}[^\s:="']{1,64}\s{1,4})?(?:(?:(?:is|was|(?:has|have)\s{1,4}been)\s{1,4})?(?:set|reset|changed|updated)\s{1,4}to|(?:is|was)(?:\s{1,4}(?:now|still))?)(?:[^\S\r\n]{0,4}(:)[^\S\r\n]{0,4}|[^\S\r\n]{1,4})/iy;
/** What is said of the value before it; of documentation, which of them are allowed. */
const REMARK =
  /\((?!(?:optional|required|mandatory|deprecated|string|text|bytes|type|if|when|or|with|see|default|min|max|at|up|not|\d))[A-Za-z][\w ,/-]{0,40}\)[^\S\r\n]{0,4}:[^\S\r\n]{0,4}/iy;
const OF_PASSWORD = /(?:password|passwd|passphrase|passwort|passcode|pwd)$/i;
const VALUE = /(["'`]?)((?:[^\s"'`\\<>&]|&(?![\w.-]{1,64}=)){1,200})/y;
const PUNCTUATION = /[.,;:!?)\]}]+$/;
/** Behind a value of which nothing more is said. */
const ENDS = /[.,;:!?)\]}]{0,4}["'`\\]{0,4}(?:[^\S\r\n]{0,8}(?:[\r\n]|$)|[\\"'`&])/y;
/** The same in the middle of a sentence. */
const GOES_ON = /[.,;:!?)]{0,4}["'`]?[^\S\r\n]{1,4}(?:(?:and|but|for|on|at|so|please)\s|[A-Z(&|-])/y;
const COMMA = /["'`]?[.,;!?)]{1,3}\s/y;
/** What no language has: letters with digits or signs among them. */
const CODED = /^(?=.*[A-Za-z])(?=.*[\d!@#$^])[A-Za-z0-9][\w!@#$%^&*?+~.-]{5,127}$/;
/** Names of algorithms and versions, numbers of something. */
const TECHNICAL =
  /^v\d+(?:[.-]|$)|x\d{3}|(?:tls|ssl|aes|rsa|3?des|(?:hmac-?)?sha|md|pbkdf|argon|[bs]crypt|base|utf|iso|rfc|fips|nist|ntlm|oauth|http)[-_v]{0,2}\d|^\d[\d.,]*[a-z_-]+$|^(?:rule|policy|step|error|level|type|line|version|user|option)-?\d|^\w+#\d|[-_](?:hashed|encrypted|encoded|protected|based|compatible|compliant|only|long|old|managed|generated|enabled|bit)$/i;
/** How it stands with a secret, besides what is known for every value. */
const OUTCOME =
  /^(?:a|an|the|this|that|it|not|too|as|at|in|on|by|to|of|no|only|now|still|here|there|weak|strong|short|long|blank|set|unset|reset|stored|saved|hashed|encrypted|encoded|correct|right|ok|okay|good|bad|safe|unsafe|secure|insecure|hidden|masked|known|unknown|available|unavailable|mandatory|needed|locked|unlocked|updated|created|deleted|removed|generated|active|inactive|temporary|permanent|compromised|leaked|reused|supported|unsupported|allowed|forbidden|mismatched|outdated|old|new|default|same|identical|different|never|always|redacted|filtered|secret|password|passwords|similar|common|unacceptable|acceptable|successful|failing|obsolete|due|null|nil|n\/a|tbd|string|text)$/i;

/** Where the value begins in prose. @param from behind the name of the secret, and spaces */
export function saidValue(text: string, name: string, from: number): number | undefined {
  const said = at(LEAD, text, from);
  const start = said ? LEAD.lastIndex : at(REMARK, text, from) ? REMARK.lastIndex : undefined;
  if (start === undefined) return undefined;
  const found = at(VALUE, text, start);
  if (!found || at(REFERENCE_AT, text, start)) return undefined;
  const [, mark, word = ''] = found;
  const inner = start + (mark ? 1 : 0);
  const value = word.replace(PUNCTUATION, '');
  if (isNoSecret(value) || OUTCOME.test(value) || at(MESSAGE_AT, text, inner)) return undefined;
  const end = inner + value.length;
  const isAlone = at(ENDS, text, end) !== null || at(COMMA, text, end) !== null;
  if (!said || said[1]) return isAlone || mark || isCoded(value) ? start : undefined;
  const isLast = isAlone || at(GOES_ON, text, end) !== null;
  return isLast && OF_PASSWORD.test(name) && isCoded(value) ? start : undefined;
}

const isCoded = (value: string) => CODED.test(value) && !TECHNICAL.test(value);
