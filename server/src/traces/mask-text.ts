import { endOfString } from '@opencts/client/json';
import { argumentSecrets, type Element } from './mask-argv.ts';
import { type Edit, liftEdits, UNSEEN, unescapeAny, unescapeJson } from './mask-edits.ts';
import { jsonSecrets } from './mask-json.ts';
import type { SecretNames } from './mask-names.ts';
import { plainSecrets, urlSecrets } from './mask-plain.ts';
import { Steps } from './mask-steps.ts';
import { at } from './mask-sticky.ts';

/** Text within text is looked through to this depth, and as far as there are steps; what is suspicious below is masked whole. */
const MOST_LEVELS = 8;

/** A text among those around it. */
interface Within {
  level: number;
  steps: Steps;
  /** Whether more came behind it, which is not looked at. */
  isCut: boolean;
}

/** Where secrets stand in a text of any kind. */
export function textSecrets(text: string, names: SecretNames, within = surface()): Edit[] {
  const search = { text, names, within, in: textSecrets };
  const string = soleString(text);
  if (string) return below(search, string, unescapeJson);
  const structures: Edit[] = [];
  const gaps: Stretch[] = [];
  let read = 0;
  const plain = plainSecrets(text, names, within.steps, (start) => {
    if (isSubscript(text, start)) return { open: 1, resume: start + 1, labelled: undefined };
    const inString = (from: number, to: number) => below(search, { start: from, end: to }, unescapeJson);
    const inList = (strings: readonly Element[]) => argumentSecrets(text, strings, names, within.steps);
    const json = jsonSecrets(text, start, names, { inString, inList }, within.isCut, isPatch(text, start));
    for (const edit of json.edits) structures.push(edit);
    if (json.end > start) {
      if (start > read) gaps.push({ start: read, end: start });
      read = Math.max(read, json.end);
    }
    return json;
  });
  gaps.push({ start: read, end: text.length });
  return [...plain, ...structures, ...gaps.flatMap((gap) => below(search, gap, unescapeAny))];
}

/** `headers["Cookie"] = "x"`, in programs. */
const SUBSCRIPT = /\[\s{0,4}"[^"\\\r\n]{1,80}"\s{0,4}\]\s{0,4}[=!:]?=/y;
const isSubscript = (text: string, start: number) =>
  text[start] === '[' && /[\w\])]/.test(text[start - 1] ?? '') && at(SUBSCRIPT, text, start) !== null;

/** `kubectl patch secret name -p '{…}'` */
const PATCH = /\bpatch\s{1,4}secrets?[\s/][^|;&\r\n]{0,200}\s(?:-p|--patch)(?:=|\s{1,4})?\\{0,3}["']?$/;
const LONGEST_PATCH = 300;
const isPatch = (text: string, start: number) =>
  /["'\s=]/.test(text[start - 1] ?? '') && PATCH.test(text.slice(Math.max(0, start - LONGEST_PATCH), start));

/** Where URLs in a name or an id carry secrets. */
export function idSecrets(text: string, names: SecretNames, within = surface()): Edit[] {
  const search = { text, names, within, in: idSecrets };
  return [...urlSecrets(text, names), ...below(search, { start: 0, end: text.length }, unescapeAny)];
}

export const surface = (steps = new Steps(), isCut = false): Within => ({ level: 0, steps, isCut });

interface Stretch {
  start: number;
  end: number;
}

const ESCAPED = /[\\%&+]/;

/** Where in a text is searched, and how a text below is. */
interface Search {
  text: string;
  names: SecretNames;
  within: Within;
  in: (text: string, names: SecretNames, within: Within) => Edit[];
}

/** Secrets in what a stretch of a text says below one level of escapes, which are none when it is a string of JSON. */
function below(search: Search, { start, end }: Stretch, undo: typeof unescapeAny): Edit[] {
  const raw = search.text.slice(start, end);
  if (undo === unescapeAny && !ESCAPED.test(raw)) return [];
  const { level, steps } = search.within;
  const isCut = search.within.isCut && end === search.text.length;
  if (!isCut && !search.names.suspects(raw)) return [];
  const said = undo(raw);
  if (undo === unescapeAny && said.text === raw) return [];
  if (level === MOST_LEVELS || !steps.take(said.text.length)) return [{ start, end, text: UNSEEN }];
  const edits = search.in(said.text, search.names, { level: level + 1, steps, isCut });
  return liftEdits(edits, said, start);
}

/** The inner of the JSON string that a text is, whole or cut off. */
function soleString(text: string): Stretch | undefined {
  const quote = /^\s*"/.exec(text)?.[0].length;
  if (quote === undefined) return undefined;
  const end = endOfString(text, quote);
  return text.slice(end + 1).trim() === '' ? { start: quote, end } : undefined;
}
