import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choiceOf, parseQuery, withChoice } from './index.ts';

const NAMES = { name: 'trace_name', source: 'service_type' } as const;

test.each([
  ['', 'trace_name', 'a', 'wanted', 'name:a'],
  ['x', 'trace_name', 'my server', 'wanted', 'x name:"my server"'],
  ['name:a x', 'trace_name', 'b', 'wanted', 'name:a,b x'],
  ['trace_name:(a OR "b c") x', 'trace_name', 'd', 'wanted', 'name:a,"b c",d x'],
  ['name:a,b', 'trace_name', 'A', 'neither', 'name:b'],
  ['name:a x', 'trace_name', 'a', 'neither', 'x'],
  ['name:a,b', 'trace_name', 'a', 'unwanted', 'name:b -name:a'],
  ['-name:a', 'trace_name', 'b', 'unwanted', '-name:a,b'],
  ['NOT name:a', 'trace_name', 'b', 'unwanted', '-name:a,b'],
  ['-name:a', 'trace_name', 'a', 'wanted', 'name:a'],
  ['x OR y', 'trace_name', 'a', 'wanted', '(x OR y) name:a'],
  ['name:(a b', 'trace_name', 'c', 'wanted', 'name:(a b name:c'],
  ['user:jane', 'user.name', 'bob', 'wanted', 'user:jane,bob'],
  ['request.name:a', 'trace_name', 'b', 'wanted', 'request.name:a name:b'],
  ['x', 'read_only', 'true', 'wanted', 'x read'],
  ['read x', 'read_only', 'false', 'wanted', 'x write'],
  ['x', 'read_only', 'true', 'unwanted', 'x write'],
  ['write', 'read_only', 'false', 'neither', ''],
] as const)('%s: %s %s is %s', (query, field, value, choice, wanted) => {
  expect(withChoice(query, field, value, choice)).toBe(wanted);
});

test('what is chosen can be read again, and says what it says to the service', () => {
  const value = fc.oneof(
    fc.constantFrom('a', 'B', 'my server', 'OR', '-x', 'a*', '"', '\\'),
    fc.string({ minLength: 1 }),
  );
  const step = fc.record({
    name: fc.constantFrom('name', 'source' as const),
    value,
    choice: fc.constantFrom('wanted', 'unwanted', 'neither' as const),
  });
  const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 8 }),
      fc.constantFrom('', 'x', '"a b" -y', '(p OR q) r'),
      (steps, start) => {
        let query: string = start;
        const wanted = { name: new Set<string>(), source: new Set<string>() };
        const unwanted = { name: new Set<string>(), source: new Set<string>() };
        for (const { name, value, choice } of steps) {
          query = withChoice(query, NAMES[name], value, choice);
          wanted[name].delete(lower(value));
          unwanted[name].delete(lower(value));
          if (choice === 'wanted') wanted[name].add(lower(value));
          if (choice === 'unwanted') unwanted[name].add(lower(value));
        }
        for (const name of ['name', 'source'] as const) {
          const choice = choiceOf(query, NAMES[name]);
          expect([...choice.wanted].sort()).toEqual([...wanted[name]].sort());
          expect([...choice.unwanted].sort()).toEqual([...unwanted[name]].sort());
        }
        const tree = JSON.stringify(parseQuery(query, 0));
        for (const one of [...wanted.name, ...unwanted.name])
          expect(tree).toContain(`"equals":${JSON.stringify(one)}`);
      },
    ),
  );
});
