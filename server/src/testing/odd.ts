import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** Sends a request as it is given: nothing of its path is tidied. */
export function sendRaw(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<{ status: number; requestId: string; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { agent, hostname, port, method, path, headers: { ...headers, ...length } };
    const sent = request(options, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          requestId: String(answer.headers['x-request-id']),
          text: Buffer.concat(pieces).toString(),
        }),
      );
    });
    sent.on('error', (cause) => reject(new Error(`${method} ${path.slice(0, 100)}`, { cause })));
    sent.end(body);
  });
}

const deep = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);

/** Text in the place of a JSON value: of every kind that code does not expect. */
export const ODD_VALUES: string[] = [
  deep(30, '[', ']'),
  deep(60, '{"a":', '}').replace('}', '1}'),
  deep(5_000, '[', ']'),
  '1e400',
  '9223372036854775808',
  '-1',
  'true',
  'null',
  '[]',
  '{}',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\r\\nSet-Cookie: a=b"',
  '"\u202eabc\u200f"',
  '"😀𝒳"',
  '"__proto__"',
  '{"__proto__":{"admin":true},"constructor":{"prototype":1}}',
  `"${'x'.repeat(300_000)}"`,
  `"${'\\\\'.repeat(20_000)}"`,
  '"\' OR 1=1 --"',
];

/** Whole bodies with their type. */
export const ODD_BODIES: [type: string, body: string | Buffer][] = [
  ...ODD_VALUES.map((value): [string, string] => ['application/json', value]),
  ['application/json', ''],
  ['application/json', '{"a":1,"a":2}'],
  ['application/json', '{"a":'],
  ['application/json', '<xml/>'],
  ['application/json', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['application/json', `{${'"k":1,'.repeat(100_000)}"k":1}`],
  ['application/json', '\ufeff{}'],
  ['application/json;charset=utf-7', '{}'],
  ['text/plain', '{}'],
  ['application/x-www-form-urlencoded', 'a=1&a=2'],
  ['multipart/form-data; boundary=x', '--x--'],
  ['application/json\t', '{}'],
  ['x', '{}'],
];

/** What stands in a path in the place of an id. */
export const ODD_IDS = [
  '%00',
  'a%0d%0ab',
  '..%2f..%2fetc',
  '%2e%2e',
  '%ff%fe',
  '%E2%80%AEabc',
  '__proto__',
  'constructor',
  '%F0%9F%98%80',
  'x'.repeat(3_000),
  "'%20OR%201=1--",
  '%25',
  '*',
  ':',
];

/** Query strings; `name` stands for a parameter's name. */
export const ODD_QUERIES = (name: string): string[] => [
  `${name}=1&${name}=2`,
  `${name}[]=1&${name}[a]=2`,
  ...['1e308', 'NaN', 'Infinity', '-1', '9223372036854775808', '0x10', '1.5', 'true', 'null', ''].map(
    (value) => `${name}=${value}`,
  ),
  `${name}=${'%27'.repeat(1_600)}`,
  `${name}=${'%5C'.repeat(1_600)}`,
  `${name}=%`,
  `${name}=%zz`,
  `${name}=%ff%fe`,
  `${name}=%00`,
  `${name}=a%0d%0ab`,
  `${name}=%F0%9F%98%80%E2%80%AE`,
  `${name}=__proto__&__proto__=1&constructor=1&__proto__[x]=1`,
  `${'a=1&'.repeat(1_000)}${name}=1`,
  `=&&=&${name}`,
];
