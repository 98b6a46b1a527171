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
