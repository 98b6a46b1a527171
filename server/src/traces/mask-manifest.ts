import { type Edit, MASK } from './mask-edits.ts';
import type { Steps } from './mask-steps.ts';

/** The lines of a document are looked through, once for each kind that one names. */
const COST = 16;
/** How far a document is looked at, before its kind and behind. */
const FURTHEST = 16 * 1024;
const KIND = /(?:^|\n)([ ]{0,16}(?:- )?)kind:[ \t]{1,8}["']?$/;
const KEY = /^( *)["']?[\w.-]{1,253}["']?:[ \t]*(?=([^\r]*)\r?$)/;
/** What a text of several lines begins with. */
const BLOCK = /^[|>][+-]?\d?[ \t]*$/;

/** Values of the data of a Kubernetes secret in YAML, whose names stay. @param start of its kind */
export function manifestSecrets(text: string, start: number, steps: Steps): Edit[] {
  const kind = KIND.exec(text.slice(Math.max(0, start - 48), start));
  if (!kind || !/^Secret["']?\s*(?:#|\n|$)/.test(text.slice(start, start + 16)) || !steps.takeName(COST))
    return [];
  const from = Math.max(0, start - FURTHEST);
  const opens = text.slice(from, start).lastIndexOf('\n---');
  const begins = opens === -1 ? from : from + opens + 1;
  const document = text.slice(begins, start + FURTHEST);
  const ends = document.indexOf('\n---', start - begins);
  return dataOf(ends === -1 ? document : document.slice(0, ends), (kind[1] as string).length).map((edit) => ({
    ...edit,
    start: edit.start + begins,
    end: edit.end + begins,
  }));
}

/** @param indent of the members of the manifest */
function dataOf(document: string, indent: number): Edit[] {
  const edits: Edit[] = [];
  let value: Edit | undefined;
  /** How deep the names of the data stand; undefined: outside of it. */
  let depth: number | undefined;
  let start = 0;
  for (const line of document.split('\n')) {
    const end = start + line.trimEnd().length;
    const column = line.search(/[^ \r]/);
    if (column !== -1 && column <= indent) {
      depth = /^[ -]*(?:data|stringData):\s*(?:#|$)/.test(line) ? Number.POSITIVE_INFINITY : undefined;
      value = undefined;
    } else if (column !== -1 && depth !== undefined) {
      depth = Math.min(depth, column);
      const key = column === depth ? KEY.exec(line) : null;
      if (key) {
        const isBlock = BLOCK.test(key[2] as string);
        value = {
          start: isBlock ? end : start + key[0].length,
          end,
          text: isBlock ? `\n${' '.repeat(column + 2)}${MASK}` : MASK,
        };
        if (value.end > value.start || isBlock) edits.push(value);
      } else if (value) value.end = end;
    }
    start += line.length + 1;
  }
  return edits.filter((edit) => edit.end > edit.start);
}
