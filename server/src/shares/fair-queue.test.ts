import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

/** Work that ends when it is told to. */
function piece() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end: () => end(), work: () => ended };
}

test('an account that asks for everything leaves a place to others', async () => {
  const queue = new FairQueue({ name: 'queries', atOnce: 3, waiting: 10 });
  const greedy = Array.from({ length: 5 }, piece);
  const done = greedy.map(({ work }) => queue.run('greedy', work));
  let served = false;
  await queue.run('other', async () => {
    served = true;
  });
  expect(served).toBe(true);
  expect(queue.load()).toEqual({ running: 2, waiting: 3, refused: 0 });
  for (const { end } of greedy) end();
  await Promise.all(done);
  expect(queue.load()).toEqual({ running: 0, waiting: 0, refused: 0 });
});

test('accounts that wait take turns, whatever each of them has asked for', async () => {
  const queue = new FairQueue({ name: 'queries', atOnce: 1, waiting: 100 });
  const order: string[] = [];
  const first = piece();
  const begun = [queue.run('a', first.work)];
  for (const account of ['a', 'a', 'a', 'b', 'c']) {
    begun.push(
      queue.run(account, async () => {
        order.push(account);
        await turn();
      }),
    );
  }
  first.end();
  await Promise.all(begun);
  expect(order).toEqual(['a', 'b', 'c', 'a', 'a']);
});

test('who asks for too much is refused with 429 and a time, and nobody else is', async () => {
  const queue = new FairQueue({ name: 'queries', atOnce: 2, waiting: 1, waitingInAll: 1, retryAfter: 3 });
  const held = piece();
  const all = [queue.run('a', held.work), queue.run('a', held.work)];
  await expect(queue.run('a', held.work)).rejects.toMatchObject({ status: 429, retryAfter: 3 });
  all.push(queue.run('b', held.work), queue.run('c', held.work));
  expect(queue.load()).toEqual({ running: 2, waiting: 2, refused: 1 });
  held.end();
  await Promise.all(all);
});

test('what nobody waits for any more is not begun', async () => {
  const queue = new FairQueue({ name: 'queries', atOnce: 1, waiting: 10 });
  const held = piece();
  const running = queue.run('a', held.work);
  const gone = new AbortController();
  let begun = false;
  const waiting = queue.run(
    'b',
    async () => {
      begun = true;
    },
    gone.signal,
  );
  gone.abort();
  await expect(waiting).rejects.toThrow();
  held.end();
  await running;
  expect([begun, queue.load().waiting]).toEqual([false, 0]);
});

test('no place is lost, and no limit is passed, whatever is asked, fails or is dropped', async () => {
  const step = fc.record({
    account: fc.constantFrom('a', 'b', 'c', 'd'),
    turns: fc.integer({ min: 0, max: 3 }),
    fails: fc.boolean(),
    dropped: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const queue = new FairQueue({ name: 'work', atOnce: 3, each: 2, waiting: 5 });
      const running = new Map<string, number>();
      const all = steps.map(({ account, turns, fails, dropped }) => {
        const control = new AbortController();
        const result = queue.run(
          account,
          async () => {
            running.set(account, (running.get(account) ?? 0) + 1);
            expect(running.get(account)).toBeLessThanOrEqual(2);
            expect([...running.values()].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(3);
            for (let i = 0; i < turns; i++) await turn();
            running.set(account, (running.get(account) ?? 0) - 1);
            if (fails) throw new Error('failed');
          },
          control.signal,
        );
        if (dropped) control.abort(new Error('dropped'));
        return result;
      });
      const ended = await Promise.allSettled(all);
      const reasons = ended.flatMap((one) => (one.status === 'rejected' ? [String(one.reason.message)] : []));
      expect(reasons.every((reason) => /failed|dropped|too many/.test(reason))).toBe(true);
      expect(queue.load()).toMatchObject({ running: 0, waiting: 0 });
    }),
  );
});
