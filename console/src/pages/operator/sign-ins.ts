import type { FacetValue } from '../../api/types.ts';
import { wordsOf } from '../../operation-words.ts';

/** As services name them: `login`, `loginfailed`, `iamUserSsoLoginFailed`, `tenantLoginBySamlSuccess`, `ConsoleLogin`. */
const SIGN_IN = /login(by\p{L}+?|nopwd)?(success|failed)?$/iu;
/** What is done to a login of something, or to a rule of them. */
const CHANGING = new Set('add create delete get list modify remove rename set show update'.split(' '));
const FAILED = /failed$/i;

export interface SignIns {
  /** Failed ones included. */
  all: number;
  failed: number;
}

type Counted = Pick<FacetValue, 'value' | 'count'>;

const isSignIn = ({ value }: Counted) => SIGN_IN.test(value) && !CHANGING.has(wordsOf(value).verb);

/**
 * Sign-ins of every source. One has failed when its trace says so, or its name.
 * @param operations how often each was tried
 * @param failures how often of that with a rating other than normal
 */
export function signInsOf(operations: readonly Counted[], failures: readonly Counted[]): SignIns {
  const sum = (values: readonly Counted[]) => values.reduce((all, { count }) => all + count, 0);
  const tried = operations.filter(isSignIn);
  const rated = failures.filter(isSignIn);
  const named = (values: readonly Counted[]) => values.filter(({ value }) => FAILED.test(value));
  return { all: sum(tried), failed: sum(rated) + sum(named(tried)) - sum(named(rated)) };
}
