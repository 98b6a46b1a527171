import { expect, test } from 'vitest';
import { proofOf, together } from './proofs.ts';
import type { Proof } from './verify.ts';

const END = Date.UTC(2026, 10, 5, 12);
const pending = proofOf([{ kind: 'file', key: 'a', verdict: 'pending' }]);
const waiting: Proof = { ...pending, conclusion: 'proved' };
const proved: Proof = { ...waiting, files: 1, traces: 2, completeTo: END };

test('where every file waits for a digest nothing is proved', () => {
  expect(together([waiting])).toMatchObject({ conclusion: 'unproved', counts: { pending: 1 } });
  expect(together([waiting, waiting]).conclusion).toBe('unproved');
});

test('files that wait beside proved ones take nothing from the proof', () => {
  expect(together([waiting, proved])).toMatchObject({ conclusion: 'proved', completeTo: END });
});
