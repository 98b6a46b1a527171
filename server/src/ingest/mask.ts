const MASK = '********';

/** A quick look: only a text with one of these words is searched. */
const SUSPICIOUS = /passw|passphrase|adminpass|secret|token|private_?key|user_?data|"sk/i;

/** Names whose values are secret, in lower case without `_` and `-`. */
const SECRET_NAME =
  /^(?:.*(?:password|passwd|passphrase|secretkey|secretaccesskey|privatekey|clientsecret)|adminpass|secret|secretstring|secretbinary|sk|userdata|(?:|x?auth|access|refresh|security|session|bearer|xsubject|id)token)$/;

/** A member's name in JSON text, at any depth of escaping: the escape, then the name. */
const MEMBER = /(\\*)"([A-Za-z][A-Za-z0-9_-]{1,63})\1"\s*:\s*/g;
/** A pair of a form or a query string. */
const PAIR = /(^|[?&;\s])([A-Za-z][A-Za-z0-9_-]{1,63})=([^&;\s"]+)/g;

const isSecret = (name: string) => SECRET_NAME.test(name.toLowerCase().replaceAll(/[_-]/g, ''));

/**
 * Masks the values of members named like a secret, in JSON text (also in JSON text inside it) and in forms.
 * All other characters stay as they are: the text is evidence and is not written anew.
 */
export function maskSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return maskMembers(text).replace(PAIR, (pair, before: string, name: string) =>
    isSecret(name) ? `${before}${name}=${MASK}` : pair,
  );
}

function maskMembers(text: string): string {
  let masked = '';
  let copied = 0;
  MEMBER.lastIndex = 0;
  for (let match = MEMBER.exec(text); match; match = MEMBER.exec(text)) {
    const [whole, slashes = '', name = ''] = match;
    if (!isSecret(name)) continue;
    const start = match.index + whole.length;
    const end = endOfValue(text, start, slashes);
    if (/^(?:null|true|false|\s*)$/.test(text.slice(start, end))) continue;
    masked += `${text.slice(copied, start)}${slashes}"${MASK}${slashes}"`;
    copied = end;
    MEMBER.lastIndex = end;
  }
  return masked + text.slice(copied);
}

/** Where the JSON value that begins at `start` ends; the text's end when it is cut off. */
function endOfValue(text: string, start: number, slashes: string): number {
  const quote = `${slashes}"`;
  if (text.startsWith(quote, start)) return endOfString(text, start, quote);
  if (text[start] !== '{' && text[start] !== '[') {
    const end = text.slice(start).search(/[,}\]\s\\]/);
    return end === -1 ? text.length : start + end;
  }
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith(quote, at)) {
      at = endOfString(text, at, quote) - 1;
    } else if (text[at] === '{' || text[at] === '[') {
      depth++;
    } else if (text[at] === '}' || text[at] === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** The string's closing quote has the same depth of escaping as its opening one. */
function endOfString(text: string, start: number, quote: string): number {
  for (let at = text.indexOf('"', start + quote.length); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes <= quote.length - 1) return at + 1;
    // An even number of further backslashes is content (escaped backslashes), then the quote closes after all.
    if (quote.length === 1 && slashes % 2 === 0) return at + 1;
  }
  return text.length;
}
