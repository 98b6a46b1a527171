import { describe, expect, test } from 'vitest';
import { Masker } from './mask.ts';

const masker = new Masker();
const M = '********';

/** What is masked; what stands alone stays as it is. */
const masks = (cases: [text: string, masked?: string][]) =>
  test.each(cases)('%j', (text, masked = text) => {
    expect(masker.text(text)).toBe(masked);
    // Nothing more is found in what is masked.
    expect(masker.text(masked)).toBe(masked);
  });

describe('members named twice', () => {
  masks([
    ['{"password":"a","password":"b"}', `{"password":"${M}","password":"${M}"}`],
    ['{"name":"token","value":"a","value":"b"}', `{"name":"token","value":"${M}","value":"${M}"}`],
    ['{"value":"a","value":1,"name":"token"}', `{"value":"${M}","value":"${M}","name":"token"}`],
    ['{"name":"token","name":"size","value":"a"}', `{"name":"token","name":"size","value":"${M}"}`],
    ['{"name":"size","name":"token","value":"a"}', `{"name":"size","name":"token","value":"${M}"}`],
    ['{"value":"a","name":"size","name":"token"}', `{"value":"${M}","name":"size","name":"token"}`],
    ['{"value":"a","name":"size","value":"b","name":"count"}'],
  ]);
});

describe('pairs in lists', () => {
  masks([
    [
      '[["Authorization","Basic a"],["Accept","b"],["Cookie","c"]]',
      `[["Authorization","${M}"],["Accept","b"],["Cookie","${M}"]]`,
    ],
    ['{"headers":[["x-api-key",["a","b"]]]}', `{"headers":[["x-api-key","${M}"]]}`],
    ['{"required":["password","token"]}'],
    ['["token","secret"]'],
    ['[["password","token","user"]]'],
    ['[["password"],["token"]]'],
  ]);
});

describe('JSON behind other text', () => {
  masks([
    ['\ufeff{"name":"token","value":"a"}', `\ufeff{"name":"token","value":"${M}"}`],
    ['sent {"Key":"token","Value":"a"} to it', `sent {"Key":"token","Value":"${M}"} to it`],
    ['[{"name":"token","value":"a",},{"b":1,},]', `[{"name":"token","value":"${M}",},{"b":1,},]`],
    ['{"password":"a",}', `{"password":"${M}",}`],
    ['{"text":"\ufeffx [[\\"Cookie\\",\\"a\\"]]"}', `{"text":"\ufeffx [[\\"Cookie\\",\\"${M}\\"]]"}`],
    ['x {"name":"token","n":NaN,"value":"a"}', `x {"name":"token","n":NaN,"value":"${M}"}`],
    ['[1] "token": "a"', `[1] "token": "${M}"`],
    ['["password" => "a"]', `["password" => "${M}"]`],
    ['a ["it"s, token: b] {"token":"c"}', `a ["it"s, token: ${M}] {"token":"${M}"}`],
    ['x [["Cookie","a', `x [["Cookie","${M}"`],
    ['see {"name":"size","value":"a"} and [["Accept","b"]]'],
    [
      'say "{\\"name\\":\\"token\\",\\"value\\":\\"a\\"}"',
      `say "{\\"name\\":\\"token\\",\\"value\\":\\"${M}\\"}"`,
    ],
    ['x {\\\\\\"token\\\\\\":\\\\\\"a\\\\\\"}', `x {\\\\\\"token\\\\\\":\\\\\\"${M}\\\\\\"}`],
    [String.raw`{\x22token\x22:\x22a\x22}`, String.raw`{\x22token\x22:\x22${M}\x22}`],
    [String.raw`{\x22token\x22:{\x22a\x22:1}}`, String.raw`{\x22token\x22:\"${M}\"}`],
  ]);
});

describe('names and texts with the escapes of URLs', () => {
  masks([
    ['pass%77ord=a&n=1', `pass%77ord=${M}&n=1`],
    ['n=1&access%5Ftoken=a%26b&m=2', `n=1&access%5Ftoken=${M}&m=2`],
    ['https://h/p?api%2dkey=a#b', `https://h/p?api%2dkey=${M}#b`],
    ['https://h/p?api%255Fkey=a', `https://h/p?api%255Fkey=${M}`],
    ['user%5Bapi_key%5D=a', `user%5Bapi_key%5D=${M}`],
    [
      'https://h/?redirect_uri=https%3A%2F%2Fx%2Fcb%3Fapi%255Fkey%3Da%2526b%26n%3D1&m=2',
      `https://h/?redirect_uri=https%3A%2F%2Fx%2Fcb%3Fapi%255Fkey%3D${M}%26n%3D1&m=2`,
    ],
    ['u=https%253A%252F%252Fx%253Ftoken%253Da%2526n', `u=https%253A%252F%252Fx%253Ftoken%253D${M}%2526n`],
    ['https://h/#access_token=a&n=1', `https://h/#access_token=${M}&n=1`],
    ['https://h/#/p?id%5Ftoken=a', `https://h/#/p?id%5Ftoken=${M}`],
    ['u=https%3A%2F%2Fjane%3Aa%40h%2Fp', `u=https%3A%2F%2Fjane%3A${M}%40h%2Fp`],
    ['"url":"https:\\/\\/jane:a@h\\/p"', `"url":"https:\\/\\/jane:${M}@h\\/p"`],
    ['p=%7B%22token%22%3A%22a*b%22%2C%22n%22%3A1%7D', `p=%7B%22token%22%3A%22${M}%22%2C%22n%22%3A1%7D`],
    ['p=%7B%22token%22%3A%7B%22a%22%3A1%7D%7D', `p=%7B%22token%22%3A%22${M}%22%7D`],
    ['p={%22name%22:%22token%22,%22value%22:%22a,b%22}', `p={%22name%22:%22token%22,%22value%22:%22${M}%22}`],
    ['cmd=mysql+--password+a+-h+db', `cmd=mysql+--password+${M}+-h+db`],
    ['u=%2Fp%3Fsv%3D1%26sig%3Da', `u=%2Fp%3Fsv%3D1%26sig%3D${M}`],
    [
      '{&quot;name&quot;:&quot;token&quot;,&quot;value&quot;:&quot;a&quot;}',
      `{&quot;name&quot;:&quot;token&quot;,&quot;value&quot;:&quot;${M}&quot;}`,
    ],
    ['https://h/p?a=1&amp;sig=b&amp;c=2', `https://h/p?a=1&amp;sig=${M}&amp;c=2`],
    ['https://h/p%20q?next%5Ftoken=a&page=100%25'],
    ['arn%3Aaws%3Asecretsmanager%3Aus-east-1%3A1%3Asecret%3Aname'],
    ['GET /v1/password%2Dpolicies?limit=1'],
  ]);
});

test('of a name or an id what URLs below their escapes carry is masked, too', () => {
  expect(masker.id('https%3A%2F%2Fh%3Fapi%255Fkey%3Da')).toBe(`https%3A%2F%2Fh%3Fapi%255Fkey%3D${M}`);
  expect(masker.id('https://h/#access%5Ftoken=a')).toBe(`https://h/#access%5Ftoken=${M}`);
  expect(masker.id('password%3A policy {"token":"x"}')).toBe('password%3A policy {"token":"x"}');
});
