import { expect, test } from 'vitest';
import { bind } from './literals.ts';

test('a value is never looked at for further placeholders, and a missing one is an error', () => {
  expect(bind('SELECT {a:String}, {b:Int64}', { a: '{b:Int64}', b: 5 })).toBe(
    "SELECT '{b:Int64}', CAST('5', 'Int64')",
  );
  expect(() => bind('SELECT {toString:String}', {})).toThrow(/no value/);
});

test('lists keep their values apart, whatever these hold', () => {
  expect(bind('{a:Array(String)}', { a: ["it's", '\\', "', '"] })).toBe(
    String.raw`CAST(['it\'s', '\\', '\', \''], 'Array(String)')`,
  );
  expect(bind('{a:Array(Tuple(String, String))}', { a: [['x', ')']] })).toBe(
    "CAST([('x', ')')], 'Array(Tuple(String, String))')",
  );
});
