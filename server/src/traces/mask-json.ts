import { endOfString } from '@opencts/client/json';
import type { Element } from './mask-argv.ts';
import { isCode } from './mask-codes.ts';
import { describes, isNoDescription, secrecyOfOther } from './mask-described.ts';
import { type Edit, MASK, unescapeJson } from './mask-edits.ts';
import { isKnownDirectory } from './mask-lead.ts';
import { isNoSecret, type Secrecy, type SecretNames } from './mask-names.ts';
import { LABEL, LABELLED, LONGEST_LABEL, labelSecrecy, type Structure } from './mask-pairs.ts';
import { holdsMessages } from './mask-stand-ins.ts';
import { at } from './mask-sticky.ts';

/** An object or a list that is open where the scanner stands. */
interface Open {
  isObject: boolean;
  start: number;
  /** Name of the member whose value comes next, or whose value a list is. */
  name: string;
  /** How secret the value is that comes next. */
  secrecy: Secrecy | undefined;
  /** Of an object, what its `"name": …` says about its `"value": …`; of a list, about its elements. */
  labelled: Secrecy | undefined;
  /** Of a list in a list, what its first element says about the second. */
  pair: Secrecy | undefined;
  /** Whether all text in it is secret. */
  isHeader: boolean;
  /** What is masked when it turns out to be secret: values that came before their name, the second of a pair. */
  values: Edit[] | undefined;
  /** Of a list, how many elements have ended. */
  elements: number;
  /** Of a list, its strings, which can be a command with its arguments. */
  strings: Element[];
  /** Of an object, the command whose arguments another member can be. */
  command: Element[];
  /** Of an object, arguments that stand before their command. */
  arguments: Element[] | undefined;
  /** Whether what an object holds as its data is secret, or what the elements of a list hold. */
  isSecret: boolean;
  /** What its data holds, which is masked when it turns out to be a secret. */
  data: Edit[] | undefined;
  /** Of what is named as a secret, whether it has turned out to describe one; if not, it is masked as a whole. */
  describes: boolean | undefined;
}

type Token = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma';

/** An argument of a command after which a secret can come. */
export const FLAG = /^--?[A-Za-z][A-Za-z0-9_.-]{1,63}$/;
const RAW_HEADERS = /^raw_?headers$/i;
/** Also as programs write them. */
const SCALAR = /^(?:true|false|null|-?\d[\d.eE+-]*|True|False|None|undefined|NaN|-?Infinity)$/;
const HARMLESS = /^(?:true|false|null|True|False|None|undefined)$/;
/** What holds secrets only, also as a structure. */
const HEADER = /(?:authorization|cookies?)$/i;
/** What says which permission is meant by an `authorization`, in records of Azure. */
const OF_PERMISSION = /^(?:action|scope|role)$/;
/** In an environment, no password. */
const DIRECTORY = /^(?:OLD)?PWD$/;
const LONGEST_DIRECTORY = 1000;
const ANY_CASE = /^(?:old)?pwd$/i;

/** Text as the value of a member, or in a list. */
const TEXT_BEHIND = /\s{0,100}:\s{0,100}(?:\[\s{0,100})?"/y;

/** Of Kubernetes, and what they hold. */
const SECRET = 'Secret';
const SECRETS = 'SecretList';
const DATA = /^(?:data|stringData)$/;
/** What only a secret has. */
const STRING_DATA = 'stringData';
const IN_DATA = /^\/data\/./;
const IN_STRING_DATA = /^\/stringData\/./;
/** What an object holds that is called a secret, besides values. */
const OF_SECRET = /^(?:payload|plain_?text|content)$/i;
/** A file of Docker with passwords of registries: `{"auths": {"host": {"auth": "x"}}}`. */
const REGISTRIES = 'auths';

/** Members that hold a command, and its arguments beside it. */
export const COMMAND = /^(?:command|cmd|program|executable|exe|entrypoint)$/i;
export const ARGUMENTS = /^(?:args|argv|arguments|cmd)$/i;

/** What is looked for below the structure. */
export interface Below {
  /** Edits within the inner of a string, from `start` to `end`. */
  inString: (start: number, end: number) => Edit[];
  /** Edits within the strings of a list. */
  inList: (strings: readonly Element[]) => Edit[];
}

/** JSON in a text, as far as it is some. */
export interface JsonPart extends Structure {
  edits: Edit[];
  /** Up to where it has been read and understood. */
  end: number;
}

/**
 * Where secrets stand in a JSON object or list, also when it is cut off, with commas too many, or ends in something
 * else.
 * @param start of it in the text
 * @param isCut whether the text went on: what would be named there could be a secret
 * @param isSecret whether it is a secret of Kubernetes, or a part of one
 */
export function jsonSecrets(
  text: string,
  start: number,
  names: SecretNames,
  below: Below,
  isCut: boolean,
  isSecret: boolean,
): JsonPart {
  return new Scanner(text, start, names, below, isCut, isSecret).run();
}

class Scanner {
  private readonly edits: Edit[] = [];
  private readonly text: string;
  private readonly start: number;
  private readonly names: SecretNames;
  private readonly below: Below;
  private readonly isCut: boolean;
  private readonly isSecret: boolean;
  private readonly stack: Open[] = [];
  private next: Token = 'value';
  private at: number;
  /** Where the last token begins, besides colons, when it is a string. */
  private lastString: number | undefined;

  constructor(
    text: string,
    start: number,
    names: SecretNames,
    below: Below,
    isCut: boolean,
    isSecret: boolean,
  ) {
    this.text = text;
    this.start = start;
    this.names = names;
    this.below = below;
    this.isCut = isCut;
    this.isSecret = isSecret;
    this.at = start;
  }

  run(): JsonPart {
    const { text, edits } = this;
    let understood = this.at;
    let resume = text.length;
    do {
      const start = this.at;
      if (!this.token(text[start] as string) && !this.passDescribed()) {
        resume = this.lastString ?? Math.max(start, this.start + 1);
        break;
      }
      if (this.at > start + 1) understood = Math.min(this.at, text.length);
      if (this.stack.length === 0)
        return { edits, end: this.at, resume: this.at, open: 0, labelled: undefined };
      if (text[start] !== ':') this.lastString = text[start] === '"' ? start : undefined;
      this.skipSpace();
    } while (this.at < text.length);
    for (const open of this.stack) this.list(open);
    const unknown = this.stack.find((open) => open.describes === false);
    if (unknown) edits.push(wholeOf(unknown.start, text.length));
    if (this.isCut && resume === text.length) this.unnamed();
    return { edits, end: understood, resume, open: this.stack.length, labelled: this.stack.at(-1)?.labelled };
  }

  private skipSpace(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 0x20) this.at++;
  }

  /** False when it cannot stand here. */
  private token(first: string): boolean {
    const { stack, next } = this;
    const around = stack.at(-1);
    const isValue = next === 'value' || next === 'first value';
    switch (first) {
      case '"':
        if (isValue) this.string(around);
        else if (around && (next === 'name' || next === 'first name')) this.name(around);
        else return false;
        return true;
      case '{':
      case '[':
        if (isValue) this.open(around, first === '{');
        return isValue;
      case '}':
      case ']':
        if (!around || around.isObject !== (first === '}')) return false;
        if (next === 'colon' || (next === 'value' && around.isObject)) return false;
        this.at++;
        stack.pop();
        this.list(around);
        this.closed(around);
        return true;
      case ',':
        if (!around || next !== 'comma') return false;
        this.next = around.isObject ? 'name' : 'value';
        this.at++;
        return true;
      case ':':
        if (next !== 'colon') return false;
        this.next = 'value';
        this.at++;
        return true;
      default:
        return isValue && this.scalar(around);
    }
  }

  private closed({ start, describes }: Open): void {
    const whole = wholeOf(start, this.at);
    if (describes === false) this.edits.push(whole);
    this.ended(whole);
  }

  /** What is no JSON within a secret is masked with all of it. */
  private passDescribed(): boolean {
    const index = this.stack.findIndex((open) => open.describes !== undefined);
    if (index === -1) return false;
    const { start } = this.stack[index] as Open;
    this.stack.length = index;
    this.mask(start);
    return true;
  }

  /** A structure as a whole. */
  private mask(start: number): void {
    this.at = endOfStructure(this.text, start);
    const whole = wholeOf(start, this.at);
    this.edits.push(whole);
    this.ended(whole);
  }

  private name(around: Open): void {
    const inner = endOfString(this.text, this.at + 1);
    around.name = unescapeJson(this.text.slice(this.at + 1, inner)).text;
    this.at = inner + 1;
    const own = this.names.ofMember(around.name);
    around.secrecy = own === undefined || own === 'code' ? (this.secrecyWithin(around) ?? own) : own;
    this.next = 'colon';
  }

  /** Of a member whose own name tells nothing, by where it stands. */
  private secrecyWithin(around: Open): Secrecy | undefined {
    const { name, isHeader, isSecret, labelled } = around;
    if (around.describes !== undefined) {
      if (!describes(name)) return secrecyOfOther(name);
      around.describes = true;
      const isText = at(TEXT_BEHIND, this.text, this.at) !== null;
      return isText && isNoDescription(name, this.stack.at(-2)?.name ?? '') ? 'text' : undefined;
    }
    if (isHeader && !OF_PERMISSION.test(name)) return 'text';
    if (LABELLED.test(name)) return labelled;
    if (isSecret && (OF_SECRET.test(name) || DATA.test(name))) return 'text';
    return name === 'auth' && this.stack.at(-3)?.name === REGISTRIES ? 'text' : undefined;
  }

  private string(around: Open | undefined): void {
    const { text, edits } = this;
    const start = this.at + 1;
    const end = endOfString(text, start);
    const isCut = end === text.length;
    this.at = end + 1;
    const mask = { start, end, text: isCut ? `${MASK}"` : MASK };
    if (
      around?.secrecy &&
      !isOtherThanCode(around.secrecy, text, start, end) &&
      !(around.isObject && isDirectoryOf(around.name, text, start, end))
    ) {
      if (start < end && (isCut || !isNoSecret(text.slice(start, end)))) edits.push(mask);
    } else {
      for (const edit of this.below.inString(start, end)) edits.push(edit);
    }
    if (around && !around.isObject) around.strings.push({ start, end });
    else if (around && COMMAND.test(around.name)) this.commanded(around, [{ start, end }]);
    if (around)
      this.label(around, end - start <= LONGEST_LABEL ? unescapeJson(text.slice(start, end)).text : '');
    this.ended(mask);
  }

  /** What a string says about the value of another member, or about the element behind it. */
  private label(around: Open, said: string): void {
    if (around.name === 'kind' && around.isObject && said.startsWith(SECRET)) this.kind(around, said);
    if (!around.isObject) {
      around.secrecy = around.labelled ?? (this.isNamed(around, said) ? this.names.ofFlag(said) : undefined);
      if (around.elements === 0 && this.stack.at(-2)?.isObject === false) around.pair = this.names.of(said);
    } else if (LABEL.test(around.name)) {
      // Of two names either could be the one that counts.
      around.labelled =
        labelSecrecy(said, this.names) ?? (isInData(around, said) ? 'all' : undefined) ?? around.labelled;
      if (around.labelled) for (const value of around.values?.splice(0) ?? []) this.edits.push(value);
    }
  }

  private kind(around: Open, said: string): void {
    if (said !== SECRET && said !== SECRETS) return;
    around.isSecret = true;
    for (const value of around.data ?? []) this.edits.push(value);
    around.data = undefined;
  }

  /** Whether an element of a list is the name of the next: of arguments, and of headers one behind the other. */
  private isNamed({ name, elements }: Open, said: string): boolean {
    return FLAG.test(said) || (RAW_HEADERS.test(name) && elements % 2 === 0);
  }

  /** Arguments of a program in a list; a list of two in a list is a name and its value. */
  private list({ pair, elements, values, strings }: Open): void {
    const around = this.stack.at(-1);
    // A command has its arguments once.
    const command = around?.isObject && ARGUMENTS.test(around.name) ? around.command.splice(0) : [];
    const all = [...command, ...strings];
    if (all.length > 1) for (const edit of this.below.inList(all)) this.edits.push(edit);
    if (around?.isObject && ARGUMENTS.test(around.name) && command.length === 0) around.arguments = strings;
    if (around?.isObject && COMMAND.test(around.name)) this.commanded(around, strings);
    if (pair && elements === 2) for (const value of values ?? []) this.edits.push(value);
  }

  /** A command in an object, whose arguments can have come before. */
  private commanded(around: Open, command: Element[]): void {
    around.command = command;
    if (!around.arguments || around.arguments === command) return;
    for (const edit of this.below.inList([...command, ...around.arguments])) this.edits.push(edit);
    around.arguments = undefined;
  }

  /** Values whose name would have come behind the cut. */
  private unnamed(): void {
    for (const { isObject, values } of this.stack) {
      if (isObject) for (const value of values ?? []) this.edits.push(value);
    }
  }

  private open(around: Open | undefined, isObject: boolean): void {
    const start = this.at;
    const isSaying = around?.secrecy !== undefined && !isObject && holdsMessages(this.text, start);
    const canDescribe = around?.secrecy === 'all' && isObject && this.names.canBeDescribed(around.name);
    const isWhole = around?.secrecy === 'all' || (around?.secrecy === 'no object' && !isObject);
    if (isWhole && !canDescribe && !isSaying) {
      this.mask(start);
      return;
    }
    const labelled = isSaying ? undefined : around?.secrecy;
    const secrecy = isObject ? undefined : labelled;
    const isHeader = around !== undefined && holdsText(around, labelled);
    this.stack.push({
      isObject,
      start,
      name: isObject ? '' : (around?.name ?? ''),
      secrecy,
      labelled,
      pair: undefined,
      isHeader,
      values: undefined,
      elements: 0,
      strings: [],
      command: [],
      arguments: undefined,
      isSecret: labelled === 'no object' || (around ? isOfSecret(around) : this.isSecret),
      data: undefined,
      describes: canDescribe ? false : undefined,
    });
    this.next = isObject ? 'first name' : 'first value';
    this.at++;
  }

  private scalar(around: Open | undefined): boolean {
    const start = this.at;
    this.at = endOfScalar(this.text, start);
    const said = this.text.slice(start, this.at);
    if (!SCALAR.test(said) && this.at < this.text.length) return false;
    const edit = { start, end: this.at, text: HARMLESS.test(said) ? said : `"${MASK}"` };
    const isSecret = around?.secrecy === 'code' ? isCode(said) : around?.secrecy && around.secrecy !== 'text';
    if (isSecret) this.edits.push(edit);
    this.ended(edit);
    return true;
  }

  /** @param mask what is done where it turns out to be secret */
  private ended(mask: Edit): void {
    const around = this.stack.at(-1);
    this.next = around ? 'comma' : 'value';
    if (!around) return;
    if (around.isObject ? LABELLED.test(around.name) : around.pair && around.elements === 1) {
      around.values ??= [];
      around.values.push(mask);
    }
    around.elements++;
    const holder = around.isObject && !around.isHeader ? this.stack.at(-2) : undefined;
    if (holder?.isObject && DATA.test(holder.name)) {
      holder.data ??= [];
      holder.data.push(mask);
    }
  }
}

/** Whether all text in a structure is secret, by what it stands in. */
const holdsText = ({ isHeader, isSecret, name, describes }: Open, labelled: Secrecy | undefined) =>
  isHeader ||
  (labelled !== undefined && (HEADER.test(name) || describes !== undefined)) ||
  (isSecret && DATA.test(name)) ||
  name === STRING_DATA;

const wholeOf = (start: number, end: number): Edit => ({ start, end, text: `"${MASK}"` });

/** Whether a patch of a secret of Kubernetes puts something into its data there. */
const isInData = ({ isSecret }: Open, path: string) =>
  IN_STRING_DATA.test(path) || (isSecret && IN_DATA.test(path));

/** Whether a structure is what a secret holds, or one of several secrets. */
const isOfSecret = ({ isObject, isSecret, name }: Open) =>
  isSecret && (!isObject || name === 'items' || OF_SECRET.test(name));

/** Whether text where a code can stand is none. */
const isOtherThanCode = (secrecy: Secrecy, text: string, start: number, end: number) =>
  secrecy === 'code' && !isCode(text.slice(start, end));

/** Whether a member holds the working directory, and no password. */
const isDirectoryOf = (name: string, text: string, start: number, end: number) =>
  (text[start] === '/' && DIRECTORY.test(name)) ||
  (ANY_CASE.test(name) && isKnownDirectory(text.slice(start, Math.min(end, start + LONGEST_DIRECTORY))));

/** Where an object or a list ends; the text's length when it is cut off. */
function endOfStructure(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at + 1);
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function endOfScalar(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) > 0x20 && !'",:{}[]'.includes(text[at] as string)) at++;
  return at;
}
