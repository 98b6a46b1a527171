import { expect, test } from 'vitest';
import { A, B, BROKEN, C, read, record } from './testing/reading.ts';

const [D, E] = [record('d'), record('e')];
const pretty = (of: string, indent = 2) => JSON.stringify(JSON.parse(of), null, indent);
const log = (...of: string[]) => `{"Records":[${of}]}`;
const STAMP = '2026-11-20T10:00:00.000Z ';
const stamped = (...of: string[]) => of.map((one) => `${STAMP}${one}\n`).join('');
const cut = (of: string, length = 90) => of.slice(0, length);

test.each([
  ['a line, then a log file on many lines', `${A}\n${pretty(log(B, C), 4)}\n${D}\n`, 'abcd'],
  ['a line, then records on many lines', `${A}\n${pretty(B, 4)}\n${pretty(C)}`, 'abc'],
  ['records on many lines, then lines', `${pretty(A)}\n${B}\n${C}`, 'abc'],
  ['a line, then a list that begins with it', `${A}\n[${B},\n${C}]\n${D}`, 'abcd'],
  ['a line, then a list of lines', `${A}\n[\n${B}\n]\n${D}`, 'abd'],
  ['a line, then a log file of lines', `${A}\n{"Records":[\n${B},\n${C}\n]}\n${D}`, 'abcd'],
  ['a log file a line, then one on many', `${log(A, B)}\n${pretty(log(C))}\n${log(D)}`, 'abcd'],
  ['an export of records on many lines', [A, B, C].map((of) => `${STAMP}${pretty(of)}\n`).join(''), 'abc'],
  ['many lines, and a line that follows at once', `${pretty(log(A))}${B}\n${C}`, 'abc'],
])('%s: all its records are read', async (_, content, ids) => {
  for (const size of [1, 7, 100, 1 << 20]) {
    expect(await read(content, { size }), String(size)).toMatchObject({ ids, problems: [] });
  }
});

test.each([
  ['an export whose first lines are cut', stamped(...Array(17).fill(cut(A, 120)), B, C), 'bc', 17],
  ['an export one of whose lines is cut', stamped(A, BROKEN, C), 'ac', 1],
  [
    'an export of many lines, one cut',
    `${STAMP}${pretty(A)}\n${STAMP}${cut(pretty(B))}\n${STAMP}${pretty(C)}`,
    'ac',
    1,
  ],
  ['lines whose first are cut', `${`${cut(A)}\n`.repeat(40)}${B}\n${C}`, 'bc', 40],
  ['lines that are cut behind a comma', `${cut(A, 24)}\n${B}\n${C}`, 'bc', 1],
  ['lines of which one is cut at its very end', `${A}\n${B.slice(0, -1)}\n${C}`, 'ac', 1],
  ['log files of which one is cut', `${log(A)}\n${cut(log(B))}\n${log(C)}\n${log(D)}`, 'acd', 1],
  [
    'log files of which one has no end',
    `${log(A)}\n${log(B, C).slice(0, -2)}\n${log(D)}\n${log(E)}`,
    'abcde',
    1,
  ],
  [
    'a log file on many lines, cut, without the end of its list',
    `${pretty(log(A, B)).slice(0, 300)}\n${C}\n${D}`,
    'acd',
    2,
  ],
  ['a list that ends too early', `{"Records":[${A}]${B},${C}]}\n${D}`, 'abcd', 1],
  [
    'a line, and a record on many lines that is broken',
    `${A}\n${cut(pretty(B))}\n${C}\n${pretty(D)}`,
    'acd',
    1,
  ],
])('%s costs only itself', async (_, content, ids, refused) => {
  for (const size of [1, 7, 100, 1 << 20]) {
    const answer = await read(content, { size });
    expect([answer.ids, answer.problems.length], `${size} ${answer.problems.join('\n')}`).toEqual([
      ids,
      refused,
    ]);
  }
});
