import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Journal, JournalReader } from '../journal/index.ts';
import { tracesOf } from './items.ts';
import { Submission } from './submission.ts';
import { contextAt, placeOf } from './testing/intake.ts';

const now = Date.UTC(2026, 10, 21, 12);
const context = contextAt(now);
const rules = { placesOf: () => [placeOf(context)] };
const PER_CALL = 300;
const CALLS = 12;

/** The traces of a call, some of them long; all are made of the bytes that were sent. */
const bodyOf = (call: number) =>
  Buffer.from(
    JSON.stringify({
      traces: Array.from({ length: PER_CALL }, (_, at) => ({
        trace_name: 'deleteServer',
        trace_type: 'ApiCall',
        service_type: 'ECS',
        resource_type: 'ecs',
        resource_id: `${call}-${at}`,
        request: `${call}`.repeat((at * 37) % 3_000),
        time: now,
        user: { name: 'alice', domain: { id: 'a1b2', name: 'acme' } },
      })),
    }),
  );

test('calls that are worked on in turns, while those before wait for the disk, journal what each was sent', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-submission-'));
  const journal = await Journal.open({
    directory,
    segmentSize: 1024 ** 3,
    maxQueue: 1024 ** 3,
    retryWindow: 1000,
    countsSince: () => 0,
    onDamage: () => expect.unreachable(),
    onDurable: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  const waiting: Promise<void>[] = [];
  // Three are under way at any time; one that ends makes room for the next.
  let begun = 0;
  const begin = () => new Submission(tracesOf(bodyOf(begun++), PER_CALL), 0, context, rules);
  const underWay = [begin(), begin(), begin()];
  while (underWay.length > 0) {
    const submission = underWay.shift() as Submission;
    if (!submission.work(performance.now() + 0.3)) {
      underWay.push(submission);
      continue;
    }
    waiting.push(submission.append(journal));
    expect(submission.verdict.rejected).toEqual([]);
    if (begun < CALLS) underWay.push(begin());
  }
  await Promise.all(waiting);
  const reader = new JournalReader(directory, journal.durableEnd, () => expect.unreachable());
  const { frames } = await reader.read(await reader.begin(), 1024 ** 3);
  const requests = new Map(
    frames.map((frame) => {
      const { resource_id, request } = JSON.parse(frame.line());
      return [resource_id, request];
    }),
  );
  expect(requests.size).toBe(CALLS * PER_CALL);
  for (let call = 0; call < CALLS; call++) {
    for (let at = 0; at < PER_CALL; at++)
      expect(requests.get(`${call}-${at}`) ?? '').toBe(`${call}`.repeat((at * 37) % 3_000));
  }
  await journal.close();
  await rm(directory, { recursive: true });
});
