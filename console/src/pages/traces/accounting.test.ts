import { expect, test } from 'vitest';
import { accountsOf } from './accounting.ts';

const none = { indexer: 0, archiver: 0, notifier: 0 };
const hour = { time: 0, journalled: 10, indexed: 8, stored: 8, archived: 4, awaiting: 1, lost: none };

test('what is in quarantine is not on its way', () => {
  const quarantined = { indexer: 2, archiver: 1, notifier: 0 };
  expect(
    accountsOf([
      { ...hour, quarantined },
      { ...hour, stored: 7, quarantined },
    ]),
  ).toEqual({
    recorded: 20,
    underway: 1,
    archived: 8,
    awaiting: 2,
    unarchived: 8,
    quarantined: { indexer: 4, archiver: 2, notifier: 0 },
    lost: none,
  });
});

test('nor is what is gone', () => {
  const lost = { indexer: 2, archiver: 3, notifier: 2 };
  expect(accountsOf([{ ...hour, quarantined: none, lost }])).toMatchObject({
    underway: 0,
    unarchived: 2,
    lost,
  });
});

test('an hour that stores more than it took hides nothing of another', () => {
  const hours = [
    { ...hour, stored: 12, quarantined: none },
    { ...hour, quarantined: none },
  ];
  expect(accountsOf(hours).underway).toBe(2);
});
