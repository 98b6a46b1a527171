import { describe, expect, test } from 'vitest';
import { checkEndpoint, type Protocol } from './endpoints.ts';
import { DeliveryNetwork } from './network.ts';
import { isLine, isText } from './plain-text.ts';

const network = new DeliveryNetwork([]);
const refused = (protocol: Protocol, endpoint: string) => {
  expect(() => checkEndpoint(protocol, endpoint, network)).toThrow(
    expect.objectContaining({
      status: expect.toSatisfy((one) => [400, 403].includes(one)),
      field: 'endpoint',
    }),
  );
};

test.each([
  'jane@example.com',
  'jane.doe+audit@mail.example.co.uk',
  "o'brien@example.com",
  'a_b-c=d@xn--bcher-kva.example',
  'root@mail.host',
  'a@b.cc',
  '1@b.cc',
])('the address %s is taken', (address) => {
  expect(checkEndpoint('email', address, network)).toBe(address);
});

test.each([
  ...['|touch@b.cc', '`id`@b.cc', '-oQ/x@b.cc', '$(id)@b.cc', 'a;b@b.cc', 'a&b@b.cc', 'a>b@b.cc', 'a*b@b.cc'],
  ...['"a b"@b.cc', '"a@b"@b.cc', '"a\\"@b.cc', 'a b@b.cc', 'a@b .cc', 'a\\@b.cc', '(x)a@b.cc', 'a(x)@b.cc'],
  ...[
    'a@b.cc\r\nBcc: c@d.ee',
    'a@b.cc\n',
    '\ta@b.cc',
    'a\0@b.cc',
    'a@b.cc\u2028',
    'a\u202e@b.cc',
    'a\u200b@b.cc',
  ],
  ...[
    'a@b.cc,c@d.ee',
    'a@b.cc;c@d.ee',
    'a@b.cc c@d.ee',
    'a@b@c.dd',
    'Jane <a@b.cc>',
    '<a@b.cc>',
    'mailto:a@b.cc',
  ],
  ...['root@localhost', 'root@mailhost', 'a@b'],
  ...['a%c@b.cc', 'c!a@b.cc', '@b.cc:a@c.dd', '.a@b.cc', 'a.@b.cc', 'a..b@b.cc', 'a@', '@b.cc', 'a', ''],
  ...['a@-b.cc', 'a@b-.cc', 'a@b..cc', 'a@.b.cc', 'a@b.cc.', 'a@127.0.0.1', 'a@[127.0.0.1]', 'a@b_c.dd'],
  ...[
    'jаne@example.com',
    'jane@exаmple.com',
    'jane@example。com',
    'ｊane@example.com',
    'jane@bücher.example',
  ],
  ...[`${'a'.repeat(65)}@b.cc`, `a@${'b'.repeat(64)}.cc`, `a@${'b.'.repeat(126)}cc`],
])('the address %j is refused', (address) => refused('email', address));

test.each(['+491701234567', '01701234567', '+12025550123'])('the number %s is taken', (number) => {
  expect(checkEndpoint('sms', number, network)).toBe(number);
});
test.each([
  ...[
    '+49 170 123',
    '+49-170-1234',
    '++4917012345',
    '+0491701234',
    '1234',
    '+1234',
    '1'.repeat(21),
    '+1'.padEnd(17, '1'),
  ],
  ...[
    '+49170\r\n1234567',
    '+491701234567\n',
    '+49170\u00001234567',
    '+٤٩١٧٠١٢٣٤٥',
    '＋491701234567',
    '+49170123;ext=1',
    '0x1234567',
  ],
])('the number %j is refused', (number) => refused('sms', number));

test.each(['https://example.com', 'https://example.com:8443/a?b=c&d=%20', 'https://xn--bcher-kva.example/'])(
  'the URL %s is taken',
  (url) => {
    expect(checkEndpoint('https', url, network)).toBe(url);
  },
);

describe.each(['http', 'https'] as const)('an endpoint of %s', (protocol) => {
  test.each([
    ...['user:pass@example.com', 'user@example.com', ':@example.com/', 'example.com/#part', 'example.com#'],
    ...['example.com:22/', 'example.com:25/', 'example.com:0/', 'example.com:65536/', 'example.com:x/'],
    ...[
      'bücher.example',
      'exаmple.com',
      'example。com',
      'example.com/ä',
      'example.com/a b',
      'example.com\\@evil.example',
    ],
    ...['example.com/\r\nx: y', 'example.com/\n', 'example.com/\0', '', `example.com/${'a'.repeat(2048)}`],
    ...[
      '127.1',
      '2130706433',
      '0177.0.0.1',
      '0x7f.1',
      '0x7f000001',
      '017700000001',
      '127.0.0.1',
      '0',
      '0.0.0.0',
    ],
    ...[
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.169.254',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
    ],
    ...[
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1::1]',
    ],
    ...[
      '[fe80::1]',
      '[fc00::1]',
      '[fec0::1]',
      '[2002:7f00:1::]',
      '[2001:db8::1]',
      '[100::1]',
      '[4000::1]',
      '[fe80::1%25eth0]',
    ],
  ])(`://%j is refused`, (rest) => refused(protocol, `${protocol}://${rest}`));
  test.each([
    'ftp://example.com',
    'file:///etc/passwd',
    '//example.com',
    'example.com',
    'javascript:alert(1)',
    ...['x', '/1.1.1.1/', '///x', '//.../', '//-/', '//a..b/', '//a-/', '//.a/', '//a../', '//'].map(
      (rest) => `${protocol}:${rest}`,
    ),
    ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'localhost:8080'].map(
      (host) => `${protocol}://${host}/`,
    ),
  ])('%s is none', (url) => refused(protocol, url));
});

test('what a name stands for in the private network is not told', () => {
  expect(() => checkEndpoint('http', 'http://localhost/', new DeliveryNetwork([]))).toThrow(
    /^localhost is in a private network; the operator can allow it/,
  );
});

test('this machine can be named where the operator allows its addresses', () => {
  for (const url of ['http://localhost/', 'http://a.localhost:8080/x']) {
    expect(checkEndpoint('http', url, new DeliveryNetwork(['127.0.0.0/8']))).toBe(url);
  }
});

test('a line shows all that it holds; a text has tabs and ends of lines', () => {
  for (const text of ['plain', 'ünï çödé 云', '👩‍🚀 <b> "x"'])
    expect([isLine(text), isText(text)]).toEqual([true, true]);
  for (const text of ['a\tb', 'a\nb', 'a\r\nb']) expect([isLine(text), isText(text)]).toEqual([false, true]);
  for (const text of ['a\0b', 'a\x1b[31m', 'a\x7f', 'a\u0085b', 'a\ud800']) {
    expect([isLine(text), isText(text)]).toEqual([false, false]);
  }
  for (const text of ['a\u202eb', 'a\u2028b', 'a\u2066b']) expect(isLine(text)).toBe(false);
});
