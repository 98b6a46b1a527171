import { Commands, isProgram } from './mask-commands.ts';
import { type Edit, liftEdits, UNSEEN, unescapeJson } from './mask-edits.ts';
import type { SecretNames } from './mask-names.ts';
import type { Steps } from './mask-steps.ts';

/** A string of a list, by its inner. */
export interface Element {
  start: number;
  end: number;
}

/** What would end or divide a word of a command line; in a list, an element is one word whatever is in it. */
const DIVIDES = /[^\w:.%@/=+~,-]/g;
/** A command of many programs that takes a name and its value. */
const SETS = /^(?:config(?:ure)?|setx)$/i;
const WORD = /[A-Za-z][A-Za-z0-9_.-]*/g;

/**
 * Secrets among the arguments of programs in a list of JSON, `["mysql", "-px"]`: the list is read as a command line.
 * @param elements of the list in its order, those that are strings
 */
export function argumentSecrets(
  text: string,
  elements: readonly Element[],
  names: SecretNames,
  steps: Steps,
): Edit[] {
  const raw = elements.map(({ start, end }) => text.slice(start, end));
  if (!raw.some((one) => SETS.test(one) || isProgram(one))) return [];
  if (!steps.takeName()) return elements.map(({ start, end }) => ({ start, end, text: UNSEEN }));
  const said = raw.map(unescapeJson);
  const line = said.map((one) => one.text.replaceAll('\\', '/').replaceAll(DIVIDES, 'x')).join(' ');
  const commands = new Commands(line, names, steps);
  const found: Edit[] = [];
  WORD.lastIndex = 0;
  for (let match = WORD.exec(line); match; match = WORD.exec(line)) {
    const next = WORD.lastIndex;
    const one = commands.secretAfter(match.index, match[0]);
    WORD.lastIndex = Math.max(next, one?.end ?? 0);
    if (one) found.push(one);
  }
  const edits: Edit[] = [];
  let element = 0;
  /** Where the element begins in the line. */
  let begins = 0;
  for (const { start, end, text: mask } of [...found, ...commands.apart].sort((a, b) => a.start - b.start)) {
    if (end === start) continue;
    while (start > begins + lengthOf(said, element)) begins += lengthOf(said, element++) + 1;
    const inner = { start: start - begins, end: lengthOf(said, element), text: mask };
    const one = said[element];
    if (one) edits.push(...liftEdits([inner], one, (elements[element] as Element).start));
  }
  return edits;
}

const lengthOf = (said: readonly { text: string }[], element: number) => said[element]?.text.length ?? 0;
