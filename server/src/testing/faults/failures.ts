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

/** Each of them in each of some places, as rows of a test: `what` says which. */
export const failuresIn = (places: readonly string[]) =>
  places.flatMap((place) =>
    FAILURES.map((failing) => ({
      place,
      failing,
      what: `${failing.error} ${failing.when} any of ${[failing.calls].flat().join(', ')}`,
    })),
  );
