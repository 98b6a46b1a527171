import { endOfString } from '@opencts/client/json';
import { argumentSecrets, type Element } from './mask-argv.ts';
import { type Edit, MASK, unseenFrom } from './mask-edits.ts';
import { ARGUMENTS, COMMAND, FLAG } from './mask-json.ts';
import { isNoSecret, type SecretNames } from './mask-names.ts';
import type { Steps } from './mask-steps.ts';

/** The beginning of an item of a list, and of a member, maybe as an item. */
const ITEM = /^([ \t]*)-[ \t]+(?=[^\s#])/;
const MEMBER = /^((?:[ \t]|-[ \t])*)["']?([\w.-]{1,64})["']?:(?:[ \t]+|$)/;
const NOTHING = /^[ \t]*(?:#|$)/;
const COMMENT = /[ \t]#/;
const WORDS = /[^\s[\],"']+/g;
/** Commands on the line of their name are short. */
const LONGEST_COMMAND = 400;

/** What can be a command with its arguments, and where the structure begins of which it is a member. */
interface Beside {
  column: number;
  command?: readonly Element[];
  arguments?: readonly Element[];
}

/** A list, and the member that it is. */
interface List {
  name: string;
  column: number;
  indent: number;
  items: Element[];
}

/** Secrets among arguments that are a list of YAML, one on a line: `- --password` above `- x`. */
export function itemSecrets(text: string, names: SecretNames, steps: Steps): Edit[] {
  return text.includes('- ') && text.includes('\n') ? new Items(text, names, steps).run() : [];
}

class Items {
  private readonly edits: Edit[] = [];
  private readonly text: string;
  private readonly names: SecretNames;
  private readonly steps: Steps;
  /** Structures that are open, the deepest last. */
  private readonly beside: Beside[] = [];
  private list: List = { name: '', column: 0, indent: -1, items: [] };

  constructor(text: string, names: SecretNames, steps: Steps) {
    this.text = text;
    this.names = names;
    this.steps = steps;
  }

  run(): Edit[] {
    let start = 0;
    for (const line of this.text.split('\n')) {
      this.line(line.endsWith('\r') ? line.slice(0, -1) : line, start);
      start += line.length + 1;
    }
    this.ended();
    return this.edits;
  }

  private line(line: string, start: number): void {
    if (NOTHING.test(line)) return;
    const indent = line.search(/[^ \t]/);
    const last = this.list.items.at(-1);
    if (last && indent > this.list.indent) {
      last.end = start + line.trimEnd().length;
      return;
    }
    const member = MEMBER.exec(line);
    const item = member ? null : ITEM.exec(line);
    if (!item || indent !== this.list.indent) this.ended();
    if (member) this.member(member, line, start);
    if (!item) return;
    this.list.indent = indent;
    this.list.items.push(elementAt(line, item[0].length, start));
  }

  private member([lead, before = '', name = '']: RegExpExecArray, line: string, start: number): void {
    const column = before.length;
    const isFirst = before.includes('-');
    while ((this.beside.at(-1)?.column ?? -1) >= column + (isFirst ? 0 : 1)) this.beside.pop();
    this.list = { name, column, indent: -1, items: [] };
    const from = start + lead.length;
    if (!COMMAND.test(name) || lead.length === line.length) return;
    const said = line.slice(lead.length, lead.length + LONGEST_COMMAND);
    for (const { 0: word, index } of said.matchAll(WORDS))
      this.list.items.push({ start: from + index, end: from + index + word.length });
    this.ended();
  }

  private ended(): void {
    const { name, column, items } = this.list;
    if (items.length === 0) return;
    this.list = { name: '', column: 0, indent: -1, items: [] };
    this.flags(items);
    if (!COMMAND.test(name) && !ARGUMENTS.test(name)) {
      this.command(items);
      return;
    }
    if (this.beside.at(-1)?.column !== column) this.beside.push({ column });
    const beside = this.beside.at(-1) as Beside;
    if (COMMAND.test(name) && !(beside.command && ARGUMENTS.test(name))) beside.command = items;
    else beside.arguments = items;
    this.command(items);
    if (!beside.command || !beside.arguments) return;
    this.command([...beside.command, ...beside.arguments]);
    // A command has its arguments once.
    this.beside.pop();
  }

  private command(items: readonly Element[]): void {
    if (items.length < 2) return;
    for (const edit of argumentSecrets(this.text, items, this.names, this.steps)) this.edits.push(edit);
  }

  /** Values behind flags that name a secret. */
  private flags(items: readonly Element[]): void {
    for (const [index, { start, end }] of items.entries()) {
      const value = items[index + 1];
      if (!value || !FLAG.test(this.text.slice(start, Math.min(end, start + 80)))) continue;
      if (!this.names.ofFlag(this.text.slice(start, end))) continue;
      const said = this.text.slice(value.start, value.end);
      if (said.startsWith('--') || isNoSecret(said)) continue;
      this.edits.push(this.steps.takeName() ? { ...value, text: MASK } : unseenFrom(this.text, start));
    }
  }
}

/** What an item says, without its marks. @param start of the line */
function elementAt(line: string, from: number, start: number): Element {
  const mark = line[from];
  const isMarked = mark === '"' || mark === "'";
  const inner = isMarked ? from + 1 : from;
  const close = mark === '"' ? endOfString(line, inner) : isMarked ? line.indexOf("'", inner) : -1;
  const comment = isMarked ? -1 : line.slice(inner).search(COMMENT);
  const end = close !== -1 ? close : comment === -1 ? line.trimEnd().length : inner + comment;
  return { start: start + inner, end: start + Math.max(inner, end) };
}
