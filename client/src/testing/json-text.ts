import fc from 'fast-check';

const space = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n');
const number = fc.constantFrom(
  ...[
    '0',
    '-0',
    '1.0',
    '1e400',
    '-1E-5',
    '9223372036854775807',
    '0.1234567890123456789',
    '17',
    '1795729830340',
  ],
);
const word = fc.constantFrom('true', 'false', 'null');
const piece = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'é',
    '😀',
    '\\n',
    '\\"',
    '\\\\',
    '\\/',
    '\\u0061',
    '\\ud83d\\ude00',
    '…',
    '{',
    '}',
    ',',
  ),
  fc.constantFrom('name', 'value', 'x'.repeat(40)),
);
const string = fc.array(piece, { maxLength: 8 }).map((pieces) => `"${pieces.join('')}"`);
const joined = (open: string, close: string) => (parts: string[], around: string) =>
  `${open}${around}${parts.join(`${around},`)}${close}`;

/** JSON texts of every shape: long numbers, members named twice, escapes, spaces. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.oneof(string, number, word),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 5 }), space)
      .map(([parts, gap]) => joined('[', ']')(parts, gap)),
    fc
      .tuple(fc.array(fc.tuple(string, space, tie('value'), space), { maxLength: 5 }), space)
      .map(([members, gap]) =>
        joined('{', '}')(
          members.map(([name, before, value, after]) => `${name}${before}:${value}${after}`),
          gap,
        ),
      ),
  ),
})).value;
