/** `pending`: too new for its digest, or its signature. `unproved`: neither proved nor disproved, and waiting does not help. */
export type Verdict = 'valid' | 'changed' | 'missing' | 'unreadable' | 'unexpected' | 'pending' | 'unproved';
export const VERDICTS: readonly Verdict[] = [
  'valid',
  'changed',
  'missing',
  'unreadable',
  'unexpected',
  'pending',
  'unproved',
];

export interface Finding {
  /** A chain is named by the key of its newest digest. */
  kind: 'digest' | 'file' | 'chain' | 'log' | 'package';
  key: string;
  verdict: Verdict;
  /** Why, in words, unless it is valid. */
  reason?: string;
}
