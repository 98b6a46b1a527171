import { expect, test } from 'vitest';
import { Pacer } from './pacer.ts';

const busy = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

test('an account with much work delays another by a piece, not by all of it', async () => {
  const pacer = new Pacer();
  const order: string[] = [];
  const work = (account: string) =>
    pacer.run(account, () => {
      busy(5);
      order.push(account);
    });
  const greedy = Array.from({ length: 40 }, () => work('greedy'));
  const other = work('other');
  await other;
  expect(order.length).toBeLessThanOrEqual(6);
  await Promise.all(greedy);
  expect(order.filter((account) => account === 'greedy')).toHaveLength(40);
});

test('other work of the process has its turn in between, and what fails stops nothing', async () => {
  const pacer = new Pacer();
  let turns = 0;
  const count = () => {
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) =>
      pacer.run('a', () => {
        busy(9);
        if (i % 2 === 0) throw new Error('failed');
        return i;
      }),
    ),
  );
  clearImmediate(timer);
  expect(turns).toBeGreaterThan(5);
  expect(all.map(({ status }) => status === 'rejected')).toEqual(
    Array.from({ length: 10 }, (_, i) => i % 2 === 0),
  );
});

test('an account whose traces take long rests as long, while others go on at once', async () => {
  const pacer = new Pacer();
  const order: string[] = [];
  const began = performance.now();
  const work = (account: string, ms: number) =>
    pacer.run(account, () => {
      busy(ms);
      order.push(account);
    });
  const greedy = Array.from({ length: 4 }, () => work('greedy', 40));
  await greedy[0];
  let turns = 0;
  for (const end = performance.now() + 30; performance.now() < end; turns++) {
    await work('other', 0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(turns).toBeGreaterThan(20);
  expect(order.filter((account) => account === 'greedy')).toHaveLength(1);
  await Promise.all(greedy);
  // Four times 40 ms of work, and three of rest between.
  expect(performance.now() - began).toBeGreaterThan(270);
});
