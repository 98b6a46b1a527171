import { isInList } from './mask-arguments.ts';
import { endOfQuoted, isWithin, QUOTE } from './mask-marks.ts';
import { at } from './mask-sticky.ts';

/** An argument of a command, without its marks. */
export interface Argument {
  start: number;
  end: number;
  text: string;
}

/** Which argument holds a secret, and where in it that begins and ends. */
interface Place {
  index: number;
  from?: number;
  to?: number;
}

/** Finds the secrets among the arguments of a program by where they stand. */
export type Operands = (words: readonly string[]) => readonly Place[];

/** How far the arguments of a program are looked at, and how many. */
const LONGEST = 2000;
const MOST = 32;

/** Between two arguments: spaces, also at the end of a line that goes on. */
const GAP = /,?(?:[^\S\r\n]|[\\^`]\r?\n){1,40}/y;
/** The same in a list of them in marks, also in the log of Linux's audit: `a1="-p" a2="x"`. */
const MARKED_GAP = /\s{0,8},?\s{0,8}(?:a\d{1,4}=|[bfrun])?(?=\\*["'])/iy;
/** An argument without marks around it, by the mark around the command: what that mark opens is no part of it. */
const BARE = {
  '': /(?:\\[^"'`nrt\s]|"[^"\r\n]{0,400}"|'[^'\r\n]{0,400}'|[^\s"'`|;&<>()\\]+)+/y,
  '"': /(?:\\[^"'`nrt\s]|'[^'"\r\n]{0,400}'|[^\s"'`|;&<>()\\]+)+/y,
  "'": /(?:\\[^"'`nrt\s]|"[^'"\r\n]{0,400}"|[^\s"'`|;&<>()\\]+)+/y,
};
/** What ends a list without marks, or goes on with it. */
const LIST_END = /[,\]}]+$/;

/** The arguments behind the name of a program, up to where its command ends. */
export function argumentsFrom(text: string, start: number, end: number): Argument[] {
  const part = text.slice(end, end + LONGEST);
  const own = at(QUOTE, part, 0);
  if (part[0] === ',' && !isInList(text, start)) return [];
  const found = own?.[2] ? marked(part, own[0].length) : bare(part, markAround(text, start));
  return found.map((one) => ({ ...one, start: one.start + end, end: one.end + end }));
}

const markAround = (text: string, start: number) =>
  isWithin(text, '"', start) ? '"' : isWithin(text, "'", start) ? "'" : '';

/** Each in marks of its own. */
function marked(part: string, from: number): Argument[] {
  const found: Argument[] = [];
  let next = from;
  while (found.length < MOST && at(MARKED_GAP, part, next)) {
    const quote = at(QUOTE, part, MARKED_GAP.lastIndex);
    if (!quote?.[2]) break;
    const start = quote.index + quote[0].length;
    const end = endOfQuoted(part, start, quote);
    found.push({ start, end, text: part.slice(start, end) });
    next = end + quote[0].length;
  }
  return found;
}

function bare(part: string, around: '' | '"' | "'"): Argument[] {
  const found: Argument[] = [];
  let next = 0;
  while (found.length < MOST && at(GAP, part, next)) {
    const begins = GAP.lastIndex;
    const quote = at(QUOTE, part, begins);
    const inner = begins + (quote?.[0].length ?? 0);
    const close = quote?.[2] && quote[2] !== around ? endOfQuoted(part, inner, quote) : undefined;
    if (
      close !== undefined &&
      quote &&
      /^(?:\s|$)/.test(part.slice(close + quote[0].length, close + quote[0].length + 1))
    ) {
      found.push({ start: inner, end: close, text: part.slice(inner, close) });
      next = close + quote[0].length;
      continue;
    }
    const word = at(BARE[around], part, begins)?.[0];
    if (!word) break;
    const said = word.replace(LIST_END, '');
    found.push({ start: begins, end: begins + said.length, text: said });
    next = begins + word.length;
  }
  return found;
}

const NONE: readonly Place[] = [];
/** Of no program's flag. */
const NO_FLAG = /(?!)/;

/** Which arguments are neither flags nor what a flag takes. @param taking flags that take the next argument */
function operandsOf(words: readonly string[], taking = NO_FLAG): number[] {
  const found: number[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (taking.test(word)) index++;
    else if (!word.startsWith('-')) found.push(index);
  }
  return found;
}

const placeOf = (index: number | undefined): readonly Place[] => (index === undefined ? NONE : [{ index }]);

const USER_AND_PASSWORD = /^(?:userid=)?[^\s/@:="']{1,128}\/(?=[^\s/])("[^"]{1,128}"|[^\s@"]{1,256})/i;
/** What follows a user and a password without a host. */
const GOES_ON = /^(?:as$|[@/-])|=/i;
const NO_USER = /^(?:and\/or|n\/a)$/i;
/** What prose says behind the name of a command. */
const PROSE =
  /^(?:fail(?:s|ed|ures?)?|succe\w{0,12}|attempts?|pages?|for|from|by|as|with|to|is|was|errors?|requests?|events?|tokens?|methods?|denied|ok|and|or|on|at|in|of|the|again|keys?|-)$/i;
const VAULT_TAKING =
  /^--?(?:address|namespace|ns|method|path|ca-cert|ca-path|client-cert|client-key|tls-server-name|format|field|header|mfa|log-level|increment|i)$/;
const TOKEN_COMMAND = /^(?:lookup|renew|revoke|capabilities)$/;
const REGISTRY_SECRET = /(?:password|passwd|pwd|passphrase|secret|token|apikey|privatekey)$/i;
const SECURE_STRING = /^-(?:String|AsPlainText):[^$]/i;
const SLASH_PASSWORD = /^\/(?:pass|rp|p)(?::|$)/i;

/** By program. */
export const OPERANDS = {
  /** `u/S@h` */
  oracle: (words) => {
    const operands = operandsOf(words, /^-[MCRF]$/i);
    const index = operands.find(
      (one, turn) =>
        /^userid=/i.test(words[one] as string) ||
        (turn === 0 && USER_AND_PASSWORD.test(words[one] as string)),
    );
    const word = index === undefined ? '' : (words[index] as string);
    const password = NO_USER.test(word) ? undefined : USER_AND_PASSWORD.exec(word);
    // Prose goes on in other ways.
    if (index !== undefined && !word.includes('@') && !GOES_ON.test(words[index + 1] ?? '-')) return NONE;
    if (index === undefined || !password) return NONE;
    const to = password[0].length;
    return [{ index, from: to - (password[1] as string).length, to }];
  },
  /** `passwd -1 S` */
  opensslPassword: (words) =>
    words[0] === 'passwd'
      ? operandsOf(words, /^-(?:salt|in|rand|writerand)$/)
          .slice(1)
          .map((index) => ({ index }))
      : NONE,
  /** `//h/share S` */
  smbclient: (words) =>
    /^(?:\/\/|\\\\)/.test(words[0] ?? '') && words[1] && !words[1].startsWith('-') ? placeOf(1) : NONE,
  /** `/p:S`, `/rp S` */
  slashPassword: (words) =>
    words.flatMap((word, index): Place[] => {
      const flag = SLASH_PASSWORD.exec(word)?.[0];
      if (!flag) return [];
      return flag.endsWith(':')
        ? [{ index, from: flag.length }]
        : index + 1 < words.length
          ? [{ index: index + 1 }]
          : [];
    }),
  /** `ssid S` */
  wireless: (words) => placeOf(operandsOf(words)[1]),
  /** `-b file user S`, `-nb user S` */
  htpasswd: (words) => {
    const flags = words.filter((word) => /^-[A-Za-z0-9]+$/.test(word)).join('');
    if (!flags.includes('b')) return NONE;
    return placeOf(operandsOf(words, /^-[Cr]$/)[flags.includes('n') ? 1 : 2]);
  },
  /** `login S`, `operator unseal S`, `token revoke S` */
  vault: (words) => {
    const operands = operandsOf(words, VAULT_TAKING);
    const [first, second] = operands.map((index) => words[index] as string);
    const deep =
      (first === 'operator' && second === 'unseal') ||
      (first === 'token' && TOKEN_COMMAND.test(second ?? ''));
    if (!deep && first !== 'login' && first !== 'unseal') return NONE;
    const rest = operands.slice(deep ? 2 : 1);
    const word = words[rest[0] ?? -1] ?? '';
    return word === '' || rest.length > 1 || word.includes('=') || PROSE.test(word) ? NONE : placeOf(rest[0]);
  },
  /** `alias set name url KEY S` */
  minio: (words) => {
    const operands = operandsOf(words, /^--?(?:api|path|config-dir|C)$/);
    const said = operands
      .map((index) => words[index] as string)
      .slice(0, 3)
      .join(' ');
    const at =
      /^alias set /.test(said) || said === 'admin user add' ? 5 : said === 'config host add' ? 6 : -1;
    return placeOf(operands[at]);
  },
  /** `user create name S` */
  samba: (words) => {
    const operands = operandsOf(words);
    const said = operands
      .map((index) => words[index])
      .slice(0, 2)
      .join(' ');
    return /^user (?:create|add)$/.test(said) ? placeOf(operands[3]) : NONE;
  },
  /** `encrypt_string S` */
  ansible: (words) => (words[0] === 'encrypt_string' ? placeOf(operandsOf(words, /^-/)[1]) : NONE),
  /** `user name S /add`, `use z: \\h\share S /user:u` */
  net: (words) => {
    const operands = words.flatMap((word, index) => (/^\/(?!\/)/.test(word) ? [] : [index]));
    const verb = (words[0] ?? '').toLowerCase();
    if (verb === 'user') return operands.length === 3 ? placeOf(operands[2]) : NONE;
    const last = operands.at(-1);
    const isShare = (index: number | undefined) => /^(?:[\\/]|[a-z]:$|\*$)/i.test(words[index ?? 0] ?? '');
    return verb === 'use' && operands.some(isShare) && !isShare(last) ? placeOf(last) : NONE;
  },
  /** `"S" -AsPlainText`, `-String S`, `-String:S` */
  secureString: (words) => {
    const joined = words.findIndex((word) => SECURE_STRING.test(word));
    if (joined !== -1) return [{ index: joined, from: (words[joined] as string).indexOf(':') + 1 }];
    const index = operandsOf(words, /^-(?:Secure)?Key$/i)[0] ?? -1;
    return /^[-$]/.test(words[index] ?? '-') || PROSE.test(words[index] as string) ? NONE : placeOf(index);
  },
  /** `sql server create -p S` */
  azure: (words) => {
    if (
      !/^(?:sql|mysql|mariadb|postgres)$/.test(words[0] ?? '') ||
      !words.some((word) => /^(?:create|update)$/.test(word))
    )
      return NONE;
    const flag = words.indexOf('-p');
    return flag === -1 || flag + 1 === words.length ? NONE : placeOf(flag + 1);
  },
  /** `add key /v Password /d S` */
  registry: (words) => {
    const flag = (name: string) => words.findIndex((word) => word.toLowerCase() === name);
    const data = flag('/d') + 1;
    if (!/^add$/i.test(words[0] ?? '') || data === 0 || data === words.length) return NONE;
    return REGISTRY_SECRET.test(words[flag('/v') + 1] ?? '') ? placeOf(data) : NONE;
  },
  /** `DSN user S` */
  odbc: (words) => {
    const operands = operandsOf(words, /^-[UPSDioHIJ]$/);
    const isProse = operands.some((index) => PROSE.test(words[index] as string));
    return operands.length === 3 && !isProse ? placeOf(operands[2]) : NONE;
  },
} satisfies Record<string, Operands>;
