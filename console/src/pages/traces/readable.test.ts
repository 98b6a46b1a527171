import { expect, test } from 'vitest';
import { readable } from './readable.ts';

test('a request is unfolded to the last digit', () => {
  const request = '{"order_id":9223372036854775807,"ratio":1.0, "big":1e400,"dup":1,"dup":[]}';
  expect(readable(`{"trace_id":"1","request":${JSON.stringify(request)},"serial":-0.0}`)).toBe(`{
  "trace_id": "1",
  "request": {
    "order_id": 9223372036854775807,
    "ratio": 1.0,
    "big": 1e400,
    "dup": 1,
    "dup": []
  },
  "serial": -0.0
}`);
});

test('text that is no object and no list stays text', () => {
  for (const text of ['17', 'null', '"x"', '{"a":1', '[1,]', '', 'plain']) {
    expect(JSON.parse(readable(JSON.stringify({ request: text })))).toEqual({ request: text });
  }
  expect(readable('{"response":"[ 1.0 ]"}')).toBe('{\n  "response": [\n    1.0\n  ]\n}');
});
