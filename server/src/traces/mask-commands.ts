import type { Lead } from './lead.ts';
import { type Edit, MASK } from './mask-edits.ts';
import { endOfQuoted, QUOTE } from './mask-marks.ts';
import { endOfWord } from './mask-parts.ts';
import { at } from './mask-sticky.ts';
import { valueAt } from './mask-value.ts';

/** How the argument of a flag is written: `-p x`, `-px`, and `-u name:x`. */
type Form = 'behind' | 'attached' | 'user';

interface Program {
  words: RegExp;
  flags: Readonly<Record<string, readonly Form[]>>;
}

/** Programs whose short flags take secrets. */
const PROGRAMS: readonly Program[] = [
  {
    words: /^curl(?:\.exe)?$/i,
    flags: { u: ['user'], U: ['user'], user: ['user'], 'proxy-user': ['user'] },
  },
  { words: /^(?:mysql|mariadb)(?:[_-]?[a-z]+)?(?:\.exe)?$/i, flags: { p: ['attached'] } },
  { words: /^sshpass$/i, flags: { p: ['behind', 'attached'] } },
  { words: /^login$/i, flags: { p: ['behind', 'attached'] } },
  { words: /^redis-cli$/i, flags: { a: ['behind'] } },
  {
    words: /^ldap(?:search|modify|add|delete|passwd|whoami|compare|modrdn)$/i,
    flags: { w: ['behind', 'attached'] },
  },
];
/** How their names begin. */
const PROGRAM = /^(?:curl|mysql|mariadb|sshpass|login|redis-cli|ldap)/i;
/** What stands before `login`: other programs have no password behind `-p`. */
const LOGIN =
  /(?:docker|podman|nerdctl|buildah|skopeo|crane|helm\s{1,4}registry|oc|az)\s{1,4}(?:-\S{1,40}\s{1,4})?$/i;
/** How far flags are from their program. */
const LONGEST_COMMAND = 1000;
const SPACES = /(?:[^\S\r\n]|\\\r?\n){1,40}(?!-)/y;
const SPACES_OR_SIGN = /(?:[^\S\r\n]|\\\r?\n){0,40}=?/y;
const USER = /(?:\\*["'])?[^\s:"'\\]{1,256}:/y;

/** Secrets behind short flags, while the words of a text are walked. */
export class Commands {
  private program: Program | undefined;
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** What is secret behind a word, when that is a flag of the program which was named last. */
  secretAfter(start: number, word: string): Edit | undefined {
    const { text, program } = this;
    if (text[start - 1] !== '-') {
      this.named(start, word);
      return undefined;
    }
    if (!program || start - this.at > LONGEST_COMMAND) return undefined;
    const isLong = text[start - 2] === '-';
    if (/[\w-]/.test(text[start - (isLong ? 3 : 2)] ?? '')) return undefined;
    const flag = isLong ? word : word.slice(0, 1);
    for (const form of (Object.hasOwn(program.flags, flag) && program.flags[flag]) || []) {
      const found = this.argument(form, start, start + flag.length);
      if (found) return found;
    }
    return undefined;
  }

  private named(start: number, word: string): void {
    const program = PROGRAM.test(word) && PROGRAMS.find(({ words }) => words.test(word));
    if (!program) return;
    const isLogin = word.length === 5 && /^login$/i.test(word);
    if (isLogin && !LOGIN.test(this.text.slice(Math.max(0, start - 64), start))) return;
    this.program = program;
    this.at = start;
  }

  private argument(form: Form, name: number, end: number): Edit | undefined {
    const { text } = this;
    const lead = { ...FLAG, name };
    if (form === 'attached') {
      return /[\s,;|&)\]}]/.test(text[end] ?? ' ') ? undefined : valueAt(text, { ...lead, start: end });
    }
    if (form === 'behind') {
      return at(SPACES, text, end) ? valueAt(text, { ...lead, start: SPACES.lastIndex }) : undefined;
    }
    const behind = at(SPACES_OR_SIGN, text, end) ? SPACES_OR_SIGN.lastIndex : end;
    if (!at(USER, text, behind)) return undefined;
    const start = USER.lastIndex;
    const quote = at(QUOTE, text, behind);
    const close = quote?.[2] ? endOfQuoted(text, start, quote) : endOfWord(text, start, { ...lead, start });
    return { start, end: close, text: MASK };
  }
}

const FLAG: Omit<Lead, 'name' | 'start'> = {
  secrecy: 'all',
  around: undefined,
  slashes: '',
  isHeader: false,
  kind: 'flag',
};
