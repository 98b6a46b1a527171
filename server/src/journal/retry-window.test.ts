import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IDENTITY_BYTES, RetryWindow } from './retry-window.ts';

/** Few distinct identities, so that the same one comes again. */
const identity = fc.integer({ min: 0, max: 400 }).map((number) => {
  const bytes = Buffer.alloc(IDENTITY_BYTES, 7);
  bytes.writeUInt32LE(number, 20);
  return bytes;
});
const action = fc.record({ kind: fc.constantFrom('add', 'add', 'remove', 'has'), identity });

test('while it holds fewer than its capacity, the window answers like a set', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 2000 }), (actions) => {
      const window = new RetryWindow(100_000);
      const model = new Set<string>();
      for (const { kind, identity } of actions) {
        const key = identity.toString('hex');
        if (kind === 'add') {
          window.add(identity);
          model.add(key);
        } else if (kind === 'remove') {
          window.remove(identity);
          model.delete(key);
        } else {
          expect(window.has(identity)).toBe(model.has(key));
        }
        expect(window.size).toBe(model.size);
      }
    }),
  );
});

test('at least the newest identities up to the capacity are known, and memory is bounded', () => {
  const window = new RetryWindow(1000);
  const of = (number: number) => {
    const bytes = Buffer.alloc(IDENTITY_BYTES);
    bytes.writeUInt32BE(number);
    return bytes;
  };
  for (let i = 0; i < 10_500; i++) {
    window.add(of(i));
    for (const back of [0, 1, 500, 999]) if (i >= back) expect(window.has(of(i - back))).toBe(true);
    expect(window.size).toBeLessThanOrEqual(2000);
  }
  expect(window.has(of(0))).toBe(false);
});
