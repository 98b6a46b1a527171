import type { Lead } from './lead.ts';
import { argumentAfter } from './mask-arguments.ts';
import { type Edit, MASK, unseenFrom } from './mask-edits.ts';
import { endOfQuoted, isWithin, QUOTE } from './mask-marks.ts';
import { isNoSecret, type SecretNames } from './mask-names.ts';
import { type Argument, argumentsFrom, type Operands } from './mask-operands.ts';
import { endOfWord } from './mask-parts.ts';
import { pipedSecret } from './mask-piped.ts';
import { type Form, PROGRAM, PROGRAMS, type Program } from './mask-programs.ts';
import type { Steps } from './mask-steps.ts';
import { at, past } from './mask-sticky.ts';
import { valueAt } from './mask-value.ts';

/** Marks in an argument are looked at with what stands around them. */
const COST_OF_FLAG = 3;
/** All arguments of a command are looked at, up to a bound. */
const COST_OF_OPERANDS = 3;

/** What stands around the name of a program where it is one: no image, no file of data, no name of something else. */
const ENDS_NAME = /[\s"'`\\,]|$/y;
const NO_PROGRAM =
  /(?:--?(?:name|image|hostname|network|link|service|volume)(?:\s{1,4}|=)|\/(?:var|etc)\/\S{0,60})["']?$/i;
/** How far flags are from their program. */
const LONGEST_COMMAND = 8000;
/** Names of programs in one command that are remembered. */
const MOST_AROUND = 4;
/** How far is looked back at what stands before a word. */
const LONGEST_BEFORE = 128;
/** Flags behind it are another command's. Semicolons are also in headers, `&` in URLs. */
const SEPARATOR = /&&|\|\||[|&](?=\s)|(?<=\s)[|&;]|;(?=\s|$)(?!\s{1,4}[\w-]{1,40}=)|(?<![\\^`]\r?)\n/y;
const SEPARATES = '&|;\n';
/** What stands before a mark that opens. */
const BEFORE_MARK = /[\s=:([{,$\\]/;
/** Flags of sshpass with an argument that is no secret. */
const OTHER_ARGUMENT = /-[Pfd]\s{0,8}["']?$/;
const REMOTE = /^(?:ssh|scp|sftp|rsync)$/i;

const SPACES = /(?:=|(?:[^\S\r\n]|\\\r?\n){1,40}(?!-))(?=\S)/y;
const SPACES_OR_SIGN = /(?:[^\S\r\n]|\\\r?\n){0,40}=?/y;
/** What stands in an argument before the secret. */
const LEADS: Readonly<Partial<Record<Form, RegExp>>> = {
  user: /(\\*["'])[^\s:"'\\]{0,256}\1:|(?:\\*["'])?[^\s:"'\\]{0,256}:/y,
  pass: /(?:\\*["'])?pass:/y,
  pair: /(?:\\*["'])?[^\s=;"'\\/]{1,256}=/y,
  'domain user': /(?:\\*["'])?[^\s%"']{1,256}%/y,
  'comma user': /(?:\\*["'])?[^\s,"']{1,256},(?=[^\s"'])/y,
  'slash user': /(?:\\*["'])?[^\s:=/"'\\@]{1,128}\/(?=[^\s/])/y,
  // Of a certificate; a letter is that of a drive.
  certificate: /(?:\\*["'])?(?:[A-Za-z]:)?[^\s:"']{2,256}:/y,
  option: /(?:\\*["'])?(?:[^\s"']{0,200},)?(?:pass(?:word)?2?=|user(?:name)?=[^\s,%"']{1,64}%)/y,
};
/** Where the secret ends in it, when that is neither the word nor the marks. */
const ENDS: Readonly<Partial<Record<Form, RegExp>>> = {
  'slash user': /\\*"[^"\r\n]{1,128}"|[^\s@"']{1,256}/y,
  option: /[^\s,"']{1,256}/y,
};
/** The image of a container, whose flags of one letter publish a port rather than take a password. */
const RUNS_IMAGE =
  /\b(?:docker|podman|nerdctl)\s{1,4}(?:container\s{1,4})?(?:run|create)(?:\s{1,4}(?:--?(?:d|i|t|it|ti|dit|itd|P|rm|detach|init|interactive|privileged|publish-all|read-only|tty)|-[ehlmpuvw][^\s-]\S{0,100}|--[\w-]{1,40}=\S{0,100}|(?!--?(?:d|i|t|it|ti|dit|itd|P|rm|detach|init|interactive|privileged|publish-all|read-only|tty)\s)--?[\w-]{1,40}\s{1,4}[^\s-]\S{0,100})){0,20}\s{1,4}(?:[\w.:-]{1,100}\/){0,4}$/i;
const LONGEST_RUN = 400;
const PORT = /\d{1,5}(?=\s|["',]|$)/y;
/** The last of up to two words. */
const LAST_WORD = /[^\S\r\n]{1,8}(?:[^\s"'`;|&<>-][^\s"'`;|&<>]{0,255}[^\S\r\n]{1,8})?(?=[^\s;|&<>-])/y;
const SECOND_WORD =
  /[^\S\r\n]{1,8}(?:\\*["'][^"'\r\n]{1,255}["']|[^\s"'`;|&<>-][^\s"'`;|&<>]{0,255})[^\S\r\n]{1,8}(?=[^\s;|&<>-])/y;
/** A published port is no secret. */
const PORTS = /(?:\d{1,3}(?:\.\d{1,3}){3}:)?\d{1,5}:\d{1,5}(?=\s|["',/]|$)/y;
/** `rclone config create name kind key x`, `aws configure set name x`, `npm config set name x`, `setx name x`. */
const SETTING =
  /(?:(?:\bconfig(?:ure)?\s{1,4}set|\bsetx)\s{1,4}["']?[^\s"']{0,80}|\brclone\s{1,4}config\s{1,4}(?:create|update|password)\s[^\r\n|;&]{0,100}\s)$/i;

/** Whether an argument is the name of a program, maybe with its path. */
export function isProgram(argument: string): boolean {
  return PROGRAM.test(argument.slice(Math.max(argument.lastIndexOf('/'), argument.lastIndexOf('\\')) + 1));
}

/** Secrets of programs' arguments, while the words of a text are walked. */
export class Commands {
  /** Secrets that stand somewhere else than behind the word that told of them. */
  readonly apart: Edit[] = [];
  private program: Program | undefined;
  /** Those named before it in the same command: what looks like a program can be an argument, `mysql -u vault -px`. */
  private around: readonly Program[] = [];
  private at = 0;
  /** Up to where separators were looked for, and the mark that is open there. */
  private seen = 0;
  private mark: string | undefined;
  /** How many parentheses are open there. */
  private depth = 0;
  private readonly text: string;
  private readonly names: SecretNames;
  private readonly steps: Steps;

  constructor(text: string, names: SecretNames, steps: Steps) {
    this.text = text;
    this.names = names;
    this.steps = steps;
  }

  /** What is secret behind a word, by the program which was named last. */
  secretAfter(start: number, word: string): Edit | undefined {
    this.readSecret(start, word);
    if (this.text[start - 1] !== '-') return this.bareWord(start, word);
    const program = this.running(start);
    if (!program) return undefined;
    const isLong = this.text[start - 2] === '-';
    // In a name that begins with a number, the word is no flag.
    if (/[\w-]/.test(this.text[start - (isLong ? 3 : 2)] ?? '')) return this.verbOf(program, start, word);
    for (const one of [program, ...this.around]) {
      const found = this.flagOf(one, start, word, isLong);
      if (found) return found;
    }
    return undefined;
  }

  private flagOf(program: Program, start: number, word: string, isLong: boolean): Edit | undefined {
    const whole = program.flags.get(word) ?? (program.longs?.test(word) ? BEHIND : undefined);
    if (whole) return this.firstOf(whole, start, start + word.length);
    if (isLong || program.others?.test(word)) return undefined;
    const switches = program.switches?.exec(word)?.[0].length ?? 0;
    for (const skipped of new Set([0, switches])) {
      const forms = program.flags.get(word.charAt(skipped));
      if (forms) return this.firstOf(forms, start, start + skipped + 1);
    }
    return undefined;
  }

  private bareWord(start: number, word: string): Edit | undefined {
    const { text } = this;
    const end = start + word.length;
    const program = this.program?.verbs ? this.running(start) : undefined;
    const verb = program && this.verbOf(program, start, word);
    if (verb) return verb;
    if (this.program?.runsAnother && this.startsAnother(start, word)) this.program = undefined;
    const isSetting =
      this.names.of(text[start - 1] === '_' ? `_${word}` : word) &&
      SETTING.test(text.slice(Math.max(0, start - LONGEST_BEFORE), start));
    if (isSetting) return this.firstOf(['behind'], start, end);
    this.named(start, word);
    return undefined;
  }

  private verbOf(program: Program, start: number, word: string): Edit | undefined {
    const form = program.verbs?.get(word.toLowerCase());
    return form && this.firstOf([form], start, start + word.length);
  }

  /** What a command reads. */
  private readSecret(start: number, word: string): void {
    const piped = pipedSecret(this.text, start, word);
    if (piped) this.apart.push(piped);
  }

  private startsAnother(start: number, word: string): boolean {
    const before = this.text.slice(Math.max(0, start - 16), start);
    const isBare =
      this.running(start) !== undefined &&
      this.mark === undefined &&
      /\s$/.test(before) &&
      this.text[start + word.length] !== '=';
    return (isBare || REMOTE.test(word)) && !OTHER_ARGUMENT.test(before);
  }

  /** The program, if flags here are still its own. */
  private running(place: number): Program | undefined {
    if (!this.program) return undefined;
    if (place - this.at > LONGEST_COMMAND) this.program = undefined;
    while (this.program && this.seen < place) this.passCharacter(this.seen++);
    return this.program;
  }

  private passCharacter(index: number): void {
    const character = this.text[index] as string;
    const before = this.text[index - 1] ?? '';
    if (character === '"' || character === "'") {
      const mark = before === '\\' ? `\\${character}` : character;
      if (this.mark === mark) this.mark = undefined;
      else if (this.mark === undefined && BEFORE_MARK.test(before)) this.mark = mark;
    } else if (this.mark === undefined) {
      if (character === '(') this.depth++;
      else if (character === ')') this.depth = Math.max(0, this.depth - 1);
      else if (this.depth === 0 && SEPARATES.includes(character) && at(SEPARATOR, this.text, index))
        this.program = undefined;
    }
  }

  private named(start: number, word: string): void {
    // Words begin with a letter.
    const name = this.text[start - 1] === '7' ? `7${word}` : word;
    if (!PROGRAM.test(name) || !at(ENDS_NAME, this.text, start + word.length)) return;
    const lead = this.text.slice(Math.max(0, start - LONGEST_BEFORE), start);
    const program = PROGRAMS.find(({ words, after }) => words.test(name) && (!after || after.test(lead)));
    if (!program || NO_PROGRAM.test(lead)) return;
    const before = this.running(start);
    this.around = before ? [before, ...this.around].slice(0, MOST_AROUND) : [];
    this.program = program;
    this.at = start;
    this.seen = start;
    this.mark = undefined;
    this.depth = 0;
    if (program.operands) this.findOperands(program.operands, start, start + word.length);
  }

  private findOperands(operands: Operands, start: number, end: number): void {
    if (!this.steps.takeName(COST_OF_OPERANDS)) {
      this.apart.push(unseenFrom(this.text, start));
      return;
    }
    const found = argumentsFrom(this.text, start, end);
    for (const { index, from = 0, to } of operands(found.map(({ text }) => text))) {
      const { start: begins, end: ends, text } = found[index] as Argument;
      if (isNoSecret(text.slice(from, to)) || from >= text.length) continue;
      this.apart.push({ start: begins + from, end: to === undefined ? ends : begins + to, text: MASK });
    }
  }

  private firstOf(forms: readonly Form[], name: number, end: number): Edit | undefined {
    if (!this.steps.takeName(COST_OF_FLAG)) return unseenFrom(this.text, name);
    for (const form of forms) {
      // What a sign leads to is behind it.
      if (form === 'attached' && forms.length > 1 && this.text[end] === '=') continue;
      const found = this.argument(form, name, end);
      if (found) return found;
    }
    return undefined;
  }

  private argument(form: Form, name: number, end: number): Edit | undefined {
    const { text } = this;
    const lead = { ...FLAG, name };
    const marked = argumentAfter(text, name, end, end);
    if (form === 'attached') {
      if (at(PORT, text, end) && this.isImage()) return undefined;
      const quote = at(QUOTE, text, end)?.[2];
      const isClosed = marked !== undefined || (quote !== undefined && isWithin(text, quote, name));
      if (isClosed || /[\s,;|&)\]}]/.test(text[end] ?? ' ') || at(PORTS, text, end)) return undefined;
      return valueAt(text, { ...lead, start: end });
    }
    if (form === 'last' || form === 'second') {
      const words = form === 'last' ? LAST_WORD : SECOND_WORD;
      return at(words, text, end) ? valueAt(text, { ...lead, start: words.lastIndex }) : undefined;
    }
    if (form === 'behind') {
      const start = marked ?? (at(SPACES, text, end) ? SPACES.lastIndex : undefined);
      return start === undefined || at(PORTS, text, start) ? undefined : valueAt(text, { ...lead, start });
    }
    const behind = marked ?? past(SPACES_OR_SIGN, text, end);
    const pattern = LEADS[form] as RegExp;
    const found = at(pattern, text, behind);
    if (!found) return undefined;
    const start = pattern.lastIndex;
    // What stands before it is in marks of its own.
    if (found[1] !== undefined) return valueAt(text, { ...lead, start });
    const bounds = ENDS[form];
    if (bounds) {
      return at(bounds, text, start) ? { start, end: bounds.lastIndex, text: MASK } : undefined;
    }
    const quote = at(QUOTE, text, behind);
    const close = quote?.[2] ? endOfQuoted(text, start, quote) : endOfWord(text, start, { ...lead, start });
    return isNoSecret(text.slice(start, close)) ? undefined : { start, end: close, text: MASK };
  }

  /** Whether the program is the image of a container that is run, and no command in one. */
  private isImage(): boolean {
    return RUNS_IMAGE.test(this.text.slice(Math.max(0, this.at - LONGEST_RUN), this.at));
  }
}

const BEHIND: readonly Form[] = ['behind'];

const FLAG: Omit<Lead, 'name' | 'start'> = {
  secrecy: 'all',
  around: undefined,
  slashes: '',
  isHeader: false,
  kind: 'flag',
};
