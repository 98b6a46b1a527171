import { describe, expect, test } from 'vitest';
import { exactJson, traceOfFile, traceOfLine } from './index.ts';

const lineOf = (user: string) => JSON.stringify({ trace_id: 'x', trace_name: 'login', user });

describe('a user of whom something stands twice, as earlier versions have stored it', () => {
  const user =
    '{"name":"jane","name":"jane","domain":{"id":"acme","name":"Acme","name":"Acme"},"domain":{"id":"acme","name":"Acme"},"serial":9223372036854775807}';

  test('has one name and one account to whoever reads it, and its own JSON', () => {
    for (const line of [lineOf(user), `{"trace_id":"x","trace_name":"login","user":${user}}`]) {
      const trace = traceOfFile(line);
      expect([trace.user?.name, trace.user?.domain?.id, trace.user?.domain?.name]).toEqual([
        'jane',
        'acme',
        'Acme',
      ]);
      expect(exactJson(trace)).toContain(`"user":${user}`);
    }
  });
});

test('a user may have a member of any name', () => {
  for (const name of ['toJSON', '__proto__', 'constructor', 'text', 'value']) {
    const user = `{"role":"a","${name}":{"n":1.0},"role":"b","9":"x","name":"jane","1":"y","domain":{"id":"d1"},"domain":{"id":"d1"}}`;
    const trace = traceOfLine(lineOf(user));
    expect(trace.user?.name).toBe('jane');
    expect(exactJson({ traces: [trace] })).toContain(`"user":${user}`);
    expect(exactJson(trace.user)).toBe(user);
  }
});
