import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { leafHash, Tree } from './merkle.ts';
import { openNote, readVerifierKey, signNote, verifierKey } from './note.ts';
import { bundleOf, entriesIn, narrowed, tileAt, tileOf, tilePath, tilesBetween } from './tiles.ts';

/** Leaves and roots that the tests of Certificate Transparency have. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('a tree', () => {
  test('has the roots of RFC 6962, also when it is kept and goes on', () => {
    let tree = new Tree();
    expect(tree.root.toString('hex')).toBe(createHash('sha256').digest('hex'));
    for (const [at, leaf] of LEAVES.entries()) {
      tree.add(leafHash(Buffer.from(leaf, 'hex')));
      expect(tree.root.toString('hex')).toBe(ROOTS[at]);
      tree = new Tree(tree.size, tree.subtrees);
    }
  });
});

describe('notes', () => {
  const ed25519 = { name: 'log.example/a', ...generateKeyPairSync('ed25519') };
  const rsa = { name: 'log.example/a', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
  const text = 'log.example/a\n1\nAAAA\n';
  const note = signNote(text, [ed25519, rsa]);

  test('open with either key, and with none whose text, name or key is another', () => {
    expect(openNote(note, [ed25519])).toBe(text);
    expect(openNote(note, [rsa])).toBe(text);
    expect(openNote(note, [{ ...ed25519, name: 'log.example/b' }])).toBeUndefined();
    expect(openNote(note, [{ name: ed25519.name, ...generateKeyPairSync('ed25519') }])).toBeUndefined();
    expect(openNote(note.replace('\n1\n', '\n2\n'), [ed25519, rsa])).toBeUndefined();
    // A signature of a known key that is none is not made good by another one.
    const broken = note.replace(
      /(— \S+ \S{20})(.)/,
      (_, before, one) => `${before}${one === 'A' ? 'B' : 'A'}`,
    );
    expect(openNote(broken, [ed25519, rsa])).toBeUndefined();
    expect(openNote(broken, [rsa])).toBe(text);
    for (const none of ['', '\n', '\n\n', 'a\n\n— x y\n', `${text}\n— log.example/a AAAA\n`]) {
      expect(openNote(none, [ed25519, rsa])).toBeUndefined();
    }
  });

  test('a verifier key is read as it is written, and refused when it is altered', () => {
    const written = verifierKey(ed25519);
    expect(written).toMatch(/^log\.example\/a\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$/);
    expect(openNote(note, [readVerifierKey(written)])).toBe(text);
    expect(() => readVerifierKey(written.replace('log.example/a', 'log.example/b'))).toThrow('id');
    expect(() => readVerifierKey('nothing')).toThrow('no verifier key');
  });
});

describe('tiles', () => {
  test.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 0, index: 0, width: 17 }, 'tile/0/000.p/17'],
    [{ level: 1, index: 1_234_067, width: 256 }, 'tile/1/x001/x234/067'],
    [{ level: 'entries', index: 1000, width: 1 }, 'tile/entries/x001/000.p/1'],
  ] as const)('%j lies in %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(tileAt(path)).toEqual(tile);
  });

  test.each([
    'tile/0/0',
    'tile/0/000.p/256',
    'tile/0/x000/001',
    'tile/0/000.p/01',
    'tile/-1/000',
    'checkpoint',
  ])('are none: %s', (path) => expect(tileAt(path)).toBeUndefined());

  test('that are partial are the beginning of wider ones', () => {
    const entries = ['a', '', 'bcd'].map((text) => Buffer.from(text));
    const tile = { level: 'entries', index: 0, width: 2 } as const;
    expect(narrowed(tile, bundleOf(entries))).toEqual(bundleOf(entries.slice(0, 2)));
    expect(narrowed(tile, bundleOf(entries.slice(0, 1)))).toBeUndefined();
    const hashes = tileOf([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
    expect(narrowed({ level: 0, index: 0, width: 1 }, hashes)).toEqual(Buffer.alloc(32, 1));
    expect(narrowed({ level: 0, index: 0, width: 3 }, hashes)).toBeUndefined();
  });

  test('of a log that has grown are those that became wider', () => {
    const paths = (before: number, size: number) => tilesBetween(before, size).map(tilePath);
    expect(paths(0, 0)).toEqual([]);
    expect(paths(0, 2)).toEqual(['tile/entries/000.p/2', 'tile/0/000.p/2']);
    expect(paths(2, 2)).toEqual([]);
    expect(paths(255, 258)).toEqual([
      'tile/entries/000',
      'tile/entries/001.p/2',
      'tile/0/000',
      'tile/0/001.p/2',
      'tile/1/000.p/1',
    ]);
    expect(paths(256, 257)).toEqual(['tile/entries/001.p/1', 'tile/0/001.p/1']);
  });

  test('a bundle gives its entries back, and nothing when it is cut or longer', () => {
    const entries = ['', 'a', 'x'.repeat(65_535)].map((text) => Buffer.from(text));
    const bundle = bundleOf(entries);
    expect(entriesIn(bundle, 3)).toEqual(entries);
    expect(entriesIn(bundle, 2)).toBeUndefined();
    expect(entriesIn(bundle.subarray(0, -1), 3)).toBeUndefined();
    expect(() => bundleOf([Buffer.alloc(65_536)])).toThrow(RangeError);
  });
});
