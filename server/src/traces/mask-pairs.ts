import { type Edit, MASK } from './mask-edits.ts';
import { leadOf } from './mask-lead.ts';
import type { Secrecy, SecretNames } from './mask-names.ts';
import { at } from './mask-sticky.ts';
import { type Lead, valueAt } from './mask-value.ts';

/** Members that say what the value beside them is, and such values. */
export const LABEL =
  /^(?:name|key|id|type|path|header|field|variable|(?:parameter|header|variable|param|env|option)[_-]?(?:name|key))$/i;
export const LABELLED =
  /^(?:(?:parameter|header|variable|param|env|option|string|old|new|previous|current|default)[_-]?)?values?$|^(?:old|new)$/i;
/** Labels are short. */
export const LONGEST_LABEL = 80;

/** How secret the value is beside a label; of one that is a path, the last part counts. */
export function labelSecrecy(label: string, names: SecretNames): Secrecy | undefined {
  return names.of(label.slice(label.lastIndexOf('/') + 1));
}

/** Further than this from its label, a value is none of a pair. */
const FURTHEST = 500;
/** A label in prose goes on. */
const MORE_WORDS = /[^\S\r\n]+\w/y;
/** In a tag of markup, the rest of it, when text follows: `<entry key="password">x</entry>`. */
const REST_OF_TAG = /["'][^<>"'{}]{0,200}>\s{0,100}(?=[^\s<])/y;
const IN_TAG = /<[\w:.-]{1,40}\s[^<>]{0,200}$/;
/** Between the elements of a property list: `<key>password</key><string>x</string>`. */
const NEXT_ELEMENT = /<\/key>\s{0,100}<(?:string|data|integer)>/y;

/** JSON that has been read in a text. */
export interface Structure {
  /** Where to go on: before a string that could be the name of what follows it. */
  resume: number;
  /** How many structures are open there. */
  open: number;
  /** What the innermost of them says about its value. */
  labelled: Secrecy | undefined;
}

/** The last label, where its value is sought. */
interface Label {
  secrecy: Secrecy | undefined;
  end: number;
  depth: number;
}

/**
 * Pairs of a label and a value side by side, in text that is no JSON: `name: PASSWORD, value: x`. A label counts up
 * to the next, or to where the structure ends in which it stands. Values before their labels are sought where a
 * structure, or the text, begins with a value.
 */
export class Pairs {
  /** Values that came before their label. */
  readonly earlier: Edit[] = [];
  private readonly text: string;
  private readonly names: SecretNames;
  private depth = 0;
  /** The last of each structure that is open. */
  private readonly labels: Label[] = [];
  /** Values without a label so far. */
  private values: (Edit & { depth: number })[] = [];

  constructor(text: string, names: SecretNames) {
    this.text = text;
    this.names = names;
  }

  opened({ open, labelled, resume }: Structure): void {
    this.depth += open;
    if (labelled) this.labels.push({ secrecy: labelled, end: resume, depth: this.depth });
  }

  closed(): void {
    this.depth--;
    while ((this.labels.at(-1)?.depth ?? this.depth) > this.depth) this.labels.pop();
    while ((this.values.at(-1)?.depth ?? this.depth) > this.depth) this.values.pop();
  }

  /** The value behind a word, if it is secret. */
  secretAfter(start: number, word: string): Edit | undefined {
    const name = word.slice(word.lastIndexOf('.') + 1);
    const isLabel = LABEL.test(name);
    if (!isLabel && !LABELLED.test(name)) return undefined;
    const lead = leadOf(this.text, start, word, 'all');
    const value = lead && valueAt(this.text, lead);
    if (!value) return undefined;
    return isLabel ? this.labelled(lead, value) : this.valued(start, value);
  }

  /** @returns what directly follows in markup */
  private labelled(lead: Lead, { start, end }: Edit): Edit | undefined {
    if (lead.kind === 'member' && at(MORE_WORDS, this.text, end)) return undefined;
    const secrecy =
      end - start <= LONGEST_LABEL ? labelSecrecy(this.text.slice(start, end), this.names) : undefined;
    const values = this.takeValues();
    const before = this.labels.at(-1)?.depth === this.depth ? this.labels.pop() : undefined;
    // Of two names in a structure either could be the one that counts.
    const stays = secrecy ?? (this.depth > 0 ? before?.secrecy : undefined);
    // Without structures, labels behind their values do not count for the next.
    const isLast = this.depth <= 0 && values.length > 0 && !secrecy;
    if (!isLast) this.labels.push({ secrecy: stays, end, depth: this.depth });
    if (!secrecy) return undefined;
    for (const value of values) if (start - value.end <= FURTHEST) this.earlier.push(value);
    return this.inMarkup(lead, start, end);
  }

  private valued(start: number, value: Edit): Edit | undefined {
    const { depth } = this;
    const label = this.labels.at(-1);
    if (label?.depth === depth) return label.secrecy && start - label.end <= FURTHEST ? value : undefined;
    this.values.push({ ...value, depth });
    return undefined;
  }

  /** Those at this depth. Deeper ones have been left out where their structure ended. */
  private takeValues(): Edit[] {
    const values: Edit[] = [];
    while (this.values.at(-1)?.depth === this.depth) values.push(this.values.pop() as Edit);
    return values;
  }

  private inMarkup({ kind, name }: Lead, start: number, end: number): Edit | undefined {
    const { text } = this;
    const pattern = kind === 'element' ? NEXT_ELEMENT : REST_OF_TAG;
    if (kind !== 'element' && !IN_TAG.test(text.slice(Math.max(0, name - 250), name))) return undefined;
    if (!at(pattern, text, end)) return undefined;
    const from = pattern.lastIndex;
    const close = text.indexOf('<', from);
    return from < start ? undefined : { start: from, end: close === -1 ? text.length : close, text: MASK };
  }
}
