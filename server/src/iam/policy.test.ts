import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers, fits, meet } from './glob.ts';
import { checkPolicy, Permissions, type PolicyDocument, readPolicy, SERVICES } from './policy.ts';
import { type Holdings, lacking, reachOf, rightsOf } from './principal.ts';

const allow = (...Action: string[]) => ({ Statement: [{ Effect: 'Allow' as const, Action }] });
const deny = (...Action: string[]) => ({ Statement: [{ Effect: 'Deny' as const, Action }] });

/** Patterns and texts of so few letters that they often meet. */
const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });

test('a pattern fits what a regular expression of the same meaning fits', () => {
  fc.assert(
    fc.property(glob, text, (pattern, given) => {
      const meaning = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      expect(fits(pattern, given)).toBe(meaning.test(given));
    }),
    { numRuns: 5000 },
  );
});

test('a wider pattern fits all that a pattern fits; what two patterns fit, they meet in', () => {
  fc.assert(
    fc.property(glob, glob, text, (one, other, given) => {
      if (covers(one, other) && fits(other, given)) expect(fits(one, given)).toBe(true);
      if (fits(one, given) && fits(other, given)) expect(meet(one, other)).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test('what a giver is found to hold of a pattern, it is allowed in every case that fits', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 3 });
  const action = fc
    .tuple(fc.constantFrom('cts', 'smn', '*', 'c*'), part, part)
    .map((parts) => parts.join(':'));
  const policy = fc
    .array(
      fc.record({
        Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
        Action: fc.array(action, { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((Statement) => ({ Statement }));
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(
      policy,
      policy,
      fc.constantFrom('cts', 'smn'),
      letters,
      letters,
      (own, given, service, kind, operation) => {
        const holder: Holdings = { held: [{ role: roleOf(own), scope: 'p' }], operator: false };
        const { allowed, denied } = reachOf([given], false);
        if (lacking(holder, 'p', allowed, denied) !== undefined) return;
        const wanted = `${service}:${kind}:${operation}`;
        if (new Permissions([given]).allows(wanted)) expect(new Permissions([own]).allows(wanted)).toBe(true);
      },
    ),
    { numRuns: 20_000 },
  );
});

const roleOf = (policy: PolicyDocument) => ({
  id: 'r',
  name: 'r',
  displayName: 'r',
  description: '',
  policy,
});

test('an action full of wildcards is decided in one pass', () => {
  const started = Date.now();
  const permissions = new Permissions([
    allow(`cts:trace:${'*'.repeat(110)}x`, `cts:trace:${'*a'.repeat(55)}x`),
  ]);
  for (let i = 0; i < 1000; i++) expect(permissions.allows(`cts:trace:${'a'.repeat(110)}${i}`)).toBe(false);
  expect(Date.now() - started).toBeLessThan(5_000);
});

test.each(['opencts:*:*', '*:*:*', 'open*:*:*', 'OPENCTS:account:list', '*cts:*:*', 'o*s:account:*'])(
  'no policy of another account than the operator allows %s',
  (action) => {
    expect(() => checkPolicy(allow(action), false)).toThrow(
      /policy\.Statement\.0\.Action\.0 is .*installation/,
    );
    expect(checkPolicy(allow(action), true)).toEqual(allow(action));
    const held = [{ role: roleOf(allow(action)), scope: 'domain' }];
    expect(rightsOf({ held, operator: false }, undefined).allows('opencts:account:list')).toBe(false);
    expect(rightsOf({ held, operator: true }, undefined).allows('opencts:account:list')).toBe(true);
  },
);

test('what a policy may not hold is refused by name; what nobody knows goes no further', () => {
  const five = { Statement: [{ Effect: 'Allow' as const, Action: ['cts:trace:*a*a*a*a*'] }] };
  expect(() => checkPolicy(five, false)).toThrow('policy.Statement.0.Action.0 has more than 4 "*"');
  const narrowed = {
    Statement: [{ Effect: 'Allow' as const, Action: ['cts:*:*'], Condition: { Bool: {} } }],
  };
  expect(() => checkPolicy(narrowed, false)).toThrow('policy.Statement.0.Condition');
  const long = allow(...Array.from({ length: 100 }, (_, i) => `cts:trace:${'x'.repeat(100)}${i}`));
  expect(() => checkPolicy(long, false)).toThrow(/at most 6144/);
  const more = { ...allow('cts:*:*'), Depends: [], domain_id: 'other' };
  expect(checkPolicy(more, false)).toEqual(allow('cts:*:*'));
});

test.each([
  ['no JSON', '{', allow('x')],
  ['null', 'null', allow('x')],
  ['no statements', '{}', allow('x')],
  ['too many wildcards', JSON.stringify(allow('cts:*:*', `cts:trace:${'*'.repeat(18)}x`)), allow('x')],
  ['not an action', JSON.stringify(allow('cts:*:*', 'cts')), allow('x')],
])('a stored policy that is %s grants nothing', (_name, stored) => {
  const { policy, problem } = readPolicy(stored);
  expect(problem).toBeTruthy();
  expect(new Permissions([policy, allow('smn:*:*')]).allows('cts:trace:list')).toBe(false);
  expect(new Permissions([policy, allow('smn:*:*')]).allows('smn:topic:list')).toBe(true);
});

test('what a broken policy denies stays denied', () => {
  const { Statement } = allow('cts:*:*', 'broken');
  const { policy } = readPolicy(
    JSON.stringify({ Statement: [...Statement, ...deny('cts:trace:list').Statement] }),
  );
  const sum = new Permissions([policy, allow('cts:*:*')]);
  expect([sum.allows('cts:trace:list'), sum.allows('cts:quota:get')]).toEqual([false, true]);
});

describe('comparing what somebody holds with what is given', () => {
  const policy = (first: number, effect: 'Allow' | 'Deny' = 'Allow'): PolicyDocument => ({
    Statement: [
      { Effect: effect, Action: Array.from({ length: 100 }, (_, at) => `cts:*a*:*b*z${first * 100 + at}`) },
    ],
  });
  const policies = Array.from({ length: 200 }, (_, at) => policy(at));
  const given = new Permissions(policies).byService(SERVICES).allowed;

  test('takes no time for an administrator, and for who holds the very same', () => {
    const all: PolicyDocument = { Statement: [{ Effect: 'Allow', Action: ['cts:*:*'] }] };
    expect(new Permissions([all]).beyond(given)).toEqual([]);
    expect(new Permissions(policies).beyond(given)).toEqual([]);
  });

  test('names what is beyond', () => {
    const [lacked] = new Permissions(policies).beyond([...given, ['cts', 'trace', 'report']]);
    expect(lacked).toEqual(['cts', 'trace', 'report']);
    const denied = new Permissions([...policies, policy(3, 'Deny')]);
    expect(denied.beyond(given)).toHaveLength(100);
    const along = new Permissions([policy(3, 'Deny')]).byService(SERVICES).denied;
    expect(denied.beyond(given.slice(0, 1000), along)).toEqual([]);
  });

  test('of more than anybody should wait for is refused', () => {
    const narrower = given.map(([service, kind, operation]) => [service, `x${kind}`, operation] as const);
    expect(() => new Permissions(policies).beyond(narrower)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining('too many actions') }),
    );
  });
});
