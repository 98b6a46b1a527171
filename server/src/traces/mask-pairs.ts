import type { Lead } from './lead.ts';
import { type Edit, MASK, unseenFrom } from './mask-edits.ts';
import { leadOf } from './mask-lead.ts';
import type { Secrecy, SecretNames } from './mask-names.ts';
import type { Steps } from './mask-steps.ts';
import { at } from './mask-sticky.ts';
import { valueAt } from './mask-value.ts';

/** Members that say what the value beside them is, and such values. */
export const LABEL =
  /^(?:name|key|id|type|path|header|field|variable|(?:parameter|header|variable|param|env|option)[_-]?(?:name|key))$/i;
export const LABELLED =
  /^(?:(?:parameter|header|variable|param|env|option|string|old|new|previous|current|default)[_-]?)?values?$|^(?:old|new)$/i;
/** Labels are short. */
export const LONGEST_LABEL = 80;

/** Whether a member may say that the value beside it is secret. */
export const isLabel = (name: string, value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_LABEL && LABEL.test(name);

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

/** A value without a label so far. */
interface Waiting {
  lead: Lead;
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
  private readonly steps: Steps;
  private depth = 0;
  /** The last of each structure that is open. */
  private readonly labels: Label[] = [];
  /** Values without a label so far. */
  private readonly values: Waiting[] = [];

  constructor(text: string, names: SecretNames, steps: Steps) {
    this.text = text;
    this.names = names;
    this.steps = steps;
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
    if (!this.steps.takeName()) return unseenFrom(this.text, start);
    if (isLabel) return this.labelled(start, word);
    const lead = leadOf(this.text, start, word, 'all');
    return lead && this.valued(lead);
  }

  /** @returns what directly follows in markup */
  private labelled(start: number, word: string): Edit | undefined {
    // Labels are looked at one by one, so no further than they can be long.
    const text = this.text.slice(0, start + word.length + LONGEST_LABEL + FURTHEST);
    const lead = leadOf(text, start, word, 'all');
    const label = lead && valueAt(text, lead);
    if (!label || (lead.kind === 'member' && at(MORE_WORDS, text, label.end))) return undefined;
    const { end } = label;
    const secrecy =
      end - label.start <= LONGEST_LABEL ? labelSecrecy(text.slice(label.start, end), this.names) : undefined;
    const values = this.takeValues();
    const before = this.labels.at(-1)?.depth === this.depth ? this.labels.pop() : undefined;
    // Of two names in a structure either could be the one that counts.
    const stays = secrecy ?? (this.depth > 0 ? before?.secrecy : undefined);
    // Without structures, labels behind their values do not count for the next.
    const isLast = this.depth <= 0 && values.length > 0 && !secrecy;
    if (!isLast) this.labels.push({ secrecy: stays, end, depth: this.depth });
    if (!secrecy) return undefined;
    this.reveal(values, start);
    return this.inMarkup(lead, label.start, end);
  }

  private valued(lead: Lead): Edit | undefined {
    const { depth } = this;
    const label = this.labels.at(-1);
    if (label?.depth === depth)
      return label.secrecy && lead.name - label.end <= FURTHEST ? valueAt(this.text, lead) : undefined;
    this.values.push({ lead, depth });
    return undefined;
  }

  /** Values before their label turn out to be secret; each place is looked at once, though they can enclose others. */
  private reveal(values: Lead[], label: number): void {
    let seen = 0;
    for (const lead of values) {
      if (lead.start < seen) continue;
      const value = valueAt(this.text, lead);
      if (!value) continue;
      seen = value.end;
      if (value.end <= label && label - value.end <= FURTHEST) this.earlier.push(value);
    }
  }

  /** Those at this depth, in their order. Deeper ones have been left out where their structure ended. */
  private takeValues(): Lead[] {
    const leads: Lead[] = [];
    while (this.values.at(-1)?.depth === this.depth) leads.push((this.values.pop() as Waiting).lead);
    return leads.reverse();
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
