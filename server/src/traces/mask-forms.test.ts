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
