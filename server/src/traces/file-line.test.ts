import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileLine, journalLine, lineOf, traceOfLine } from './line.ts';

const trace = {
  code: 200,
  project_id: '0'.repeat(32),
  record_time: 1,
  request: '{"a":12345678901234567890}',
  resource_type: 'ecs',
  service_type: 'ECS',
  time: 1,
  trace_id: '00000000-0000-4000-8000-000000000001',
  trace_name: 'createServer',
  trace_rating: 'normal' as const,
  trace_type: 'ApiCall',
  user: '{"name":"jane","name":"joan","n":1e400}',
};

test('a line of a trace file without unknown members is the line of the journal', () => {
  const line = lineOf(trace);
  expect(fileLine(`${line}\n`)).toBe(line);
  expect(journalLine(line)).toBe(line);
});

test('unknown members come back as they were sent, numbers and repetitions as well', () => {
  const extra = '{"zone":123456789012345678901,"a":{"b" : [1.50]},"a":"again","extra":{"x":1},"__proto__":2}';
  const line = lineOf({ ...trace, extra });
  const back = journalLine(fileLine(line));
  expect(JSON.parse(back).extra).toBe(
    '{"__proto__":2,"a":{"b" : [1.50]},"a":"again","extra":{"x":1},"zone":123456789012345678901}',
  );
  expect(fileLine(back)).toBe(fileLine(line));
  expect({ ...JSON.parse(back), extra }).toEqual(JSON.parse(lineOf({ ...trace, extra })));
});

test('whatever the unknown members are, the trace is the same afterwards', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (unknown) => {
      const line = lineOf({ ...trace, extra: JSON.stringify(unknown) });
      const back = journalLine(fileLine(line));
      expect(fileLine(back)).toBe(fileLine(line));
      expect(traceOfLine(back)).toEqual(traceOfLine(line));
    }),
  );
});

test('a user that is an object becomes text, and what is no object is refused', () => {
  const { user, ...rest } = trace;
  const foreign = `${JSON.stringify(rest).slice(0, -1)},"user":${user}}`;
  expect(JSON.parse(journalLine(foreign)).user).toBe(user);
  for (const text of ['', '[]', '{', '1', '{"a":1} {}']) expect(() => journalLine(text)).toThrow(SyntaxError);
});
