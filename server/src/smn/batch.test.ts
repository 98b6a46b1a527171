import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentOf, joinPieces, openPiece, packPiece, RecentPieces } from './batch.ts';

/** Of the journal, which knows whether there is something extra. */
const line = (text: string) => ({ bytes: Buffer.from(text), extra: text.includes('"extra":') });
const trace = fc.record({ trace_id: fc.uuid(), request: fc.string({ unit: 'binary', maxLength: 200 }) });

test('pieces make one gzipped message that says what the lines say, whatever they hold', async () => {
  const pieces = fc.array(fc.array(trace, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.string({ unit: 'binary' }), async (traces, name) => {
      const packed = await Promise.all(
        traces.map((some) => packPiece(some.map((one) => line(JSON.stringify(one))))),
      );
      const opened = await Promise.all(packed.map((piece) => openPiece(contentOf(piece))));
      expect(opened).toEqual(packed);
      const { texts, body } = joinPieces(name, opened);
      const { message, ...others } = JSON.parse(gunzipSync(body({ type: 'Notification' })).toString('utf8'));
      expect(message).toBe(texts.join(''));
      expect(others).toEqual({ type: 'Notification' });
      expect(JSON.parse(message)).toEqual({ notification_name: name, traces: traces.flat() });
    }),
  );
});

test('members that the schema does not know stand in their places', async () => {
  const piece = await packPiece([line('{"trace_id":"a","extra":"{\\"colour\\":\\"red\\"}"}')]);
  const { texts } = joinPieces('all', [piece]);
  expect(JSON.parse(texts.join('')).traces).toEqual([{ colour: 'red', trace_id: 'a' }]);
});

test('pieces are remembered until each subscriber has got them, as far as there is room', async () => {
  const recent = new RecentPieces();
  const piece = await packPiece([line('{"trace_id":"a"}')]);
  recent.remember('for two', piece, 2);
  expect([recent.take('for two'), recent.take('for two'), recent.take('for two')]).toEqual([
    piece,
    piece,
    undefined,
  ]);
  const large = { ...piece, plain: Buffer.alloc(20 * 1024 * 1024) };
  for (const id of ['1', '2', '3']) recent.remember(id, large, 1);
  expect(recent.take('3')).toBeUndefined();
  expect(recent.take('1')).toBe(large);
  recent.remember('4', large, 1);
  expect(recent.take('4')).toBe(large);
});
