import { CHANGES, type Rule } from './faults.ts';

export type Failing = Omit<Rule, 'path'>;

/** How a disk fails at a call: nothing happened, it happened, half of it did. */
export const FAILURES: readonly Failing[] = [
  { calls: CHANGES, error: 'EIO', when: 'before' },
  { calls: CHANGES, error: 'EIO', when: 'after' },
  { calls: CHANGES, error: 'ENOSPC', when: 'before' },
  { calls: 'write', error: 'ENOSPC', when: 'half' },
  { calls: 'open', error: 'EMFILE', when: 'before' },
  { calls: 'read', error: 'EIO', when: 'before' },
];

const MOST_TRIED = 24;

/** Which of so many calls are to fail, one at each try: a part, another one each time; all by `npm run test:faults`. */
export function someOf(calls: number): number[] {
  const every = process.env.OPENCTS_EVERY_CALL ? 1 : Math.ceil(calls / MOST_TRIED) | 1;
  const first = Math.floor(Math.random() * Math.min(every, calls));
  return Array.from({ length: Math.ceil((calls - first) / every) }, (_, i) => first + i * every);
}

/** Each of them in each of some places, as rows of a test: `what` says which. */
export const failuresIn = (places: readonly string[]) =>
  places.flatMap((place) =>
    FAILURES.map((failing) => ({
      place,
      failing,
      what: `${failing.error} ${failing.when} any of ${[failing.calls].flat().join(', ')}`,
    })),
  );
