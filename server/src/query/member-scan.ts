import { tokensOf } from '@opencts/client/json';
import { lower, type MemberTest, MOST_DIGITS } from '@opencts/client/query';
import { PatternScan } from './pattern-scan.ts';
import type { Steps } from './steps.ts';
import { isWithin, PLAIN_SCALAR, type Range } from './values.ts';

const SCALAR = new RegExp(PLAIN_SCALAR);
/** It takes the time of as many looks at a number. */
const STEPS_OF_A_TOKEN = 30;

/** What is asked of the values at a path; what holds is told by numbers. */
interface Node {
  children: Map<string, Node>;
  exists: number | undefined;
  /** Of texts in lower case, and of other values as they stand in the JSON. */
  equals: Map<string, number>;
  /** Characters of the longest of these. */
  longest: number;
  numbers: Map<number, number>;
  patterns: PatternScan;
  /** Of the patterns. */
  likes: number[];
  ranges: { range: Range; number: number }[];
}

const newNode = (steps: Steps): Node => ({
  children: new Map(),
  exists: undefined,
  equals: new Map(),
  longest: 0,
  numbers: new Map(),
  patterns: new PatternScan(steps),
  likes: [],
  ranges: [],
});

/** An object or a list that is open. */
interface Open {
  kind: '{' | '[';
  start: number;
  /** It is a value there itself. */
  value: Node | undefined;
  /** Its members, or its elements, are values there or below. */
  within: Node | undefined;
  /** Of an object: where the member that comes next leads to. */
  next?: Node | undefined;
  /** Where members have led to: of a name that stands there twice the first counts. */
  seen?: Set<Node>;
}

/**
 * Looks for members of JSON by their paths: all of them in one pass over the text. A path goes through lists, but not
 * through lists in lists; the values at its end are what stands there, or of a list its elements.
 */
export class MemberScan {
  private readonly root: Node;
  private readonly steps: Steps;
  private count = 0;

  constructor(steps: Steps) {
    this.steps = steps;
    this.root = newNode(steps);
  }

  /** @returns numbers of which one must be found for it to hold */
  add(path: readonly string[], is: MemberTest): number[] {
    let node = this.root;
    for (const name of path) node = within(node.children, name, () => newNode(this.steps));
    const next = () => this.count++;
    if ('exists' in is) {
      node.exists ??= next();
      return [node.exists];
    }
    if ('equals' in is) {
      node.longest = Math.max(node.longest, is.equals.length);
      const text = within(node.equals, is.equals, next);
      return is.number === undefined ? [text] : [text, within(node.numbers, is.number, next)];
    }
    if ('like' in is) {
      const index = node.patterns.add(is.like);
      node.likes[index] ??= next();
      return [node.likes[index]];
    }
    const known = node.ranges.find(({ range }) => range.from === is.from && range.to === is.to);
    const number = known?.number ?? next();
    if (!known) node.ranges.push({ range: is, number });
    return [number];
  }

  /** Numbers of what holds of a text; of one that is no JSON nothing does. */
  find(text: string): Set<number> {
    const found = new Set<number>();
    const open: Open[] = [];
    const tokens = tokensOf(text);
    for (let token = tokens.next(); ; token = tokens.next()) {
      this.steps.taken += STEPS_OF_A_TOKEN;
      if (token.done) return token.value ? found : new Set();
      const { kind, start, end } = token.value;
      const around = open.at(-1);
      switch (kind) {
        case '}':
        case ']':
          open.pop();
          if (around?.value) this.test(around.value, text.slice(around.start, end), found);
          break;
        case 'name':
          if (around) around.next = memberOf(around, text.slice(start, end));
          break;
        case '{':
        case '[': {
          const at = this.placeIn(around);
          const isElement = around?.kind === '[';
          const isList = kind === '[';
          open.push({
            kind,
            start,
            value: isList && !isElement ? undefined : at,
            within: isList && isElement ? undefined : at,
          });
          break;
        }
        case 'string':
        case 'scalar': {
          const at = this.placeIn(around);
          if (at) this.test(at, text.slice(start, end), found);
        }
      }
    }
  }

  private placeIn(around: Open | undefined): Node | undefined {
    if (!around) return this.root;
    return around.kind === '{' ? around.next : around.within;
  }

  private test(node: Node, json: string, found: Set<number>): void {
    if (json === 'null') return;
    if (node.exists !== undefined) found.add(node.exists);
    if (json.startsWith('"')) this.testText(node, json, found);
    else this.testOther(node, json, found);
  }

  private testOther(node: Node, json: string, found: Set<number>): void {
    const { equals, longest, patterns, likes } = node;
    if (json.length <= longest) note(equals.get(json), found);
    if (!patterns.isEmpty && SCALAR.test(json)) {
      for (const index of patterns.find(json)) note(likes[index], found);
    }
    if (/^[-0-9]/.test(json)) this.testNumber(node, json, found);
  }

  private testText({ equals, longest, patterns, likes }: Node, json: string, found: Set<number>): void {
    // A character is written with six at the most.
    if (patterns.isEmpty && json.length > 6 * longest + 2) return;
    const text = JSON.parse(json) as string;
    if (text.length <= longest) note(equals.get(lower(text)), found);
    if (!patterns.isEmpty) for (const index of patterns.find(text)) note(likes[index], found);
  }

  private testNumber({ numbers, ranges }: Node, json: string, found: Set<number>): void {
    const value = Number(json);
    if (json.length <= MOST_DIGITS) note(numbers.get(value), found);
    for (const { range, number } of ranges) if (isWithin(value, range)) found.add(number);
    this.steps.taken += ranges.length;
  }
}

function within<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const there = map.get(key) ?? make();
  map.set(key, there);
  return there;
}

function note(number: number | undefined, found: Set<number>): void {
  if (number !== undefined) found.add(number);
}

/** Where a member leads to. @param name JSON text */
function memberOf(open: Open, name: string): Node | undefined {
  const { within } = open;
  if (!within || within.children.size === 0) return undefined;
  const node = within.children.get(JSON.parse(name) as string);
  open.seen ??= new Set();
  if (!node || open.seen.has(node)) return undefined;
  open.seen.add(node);
  return node;
}
