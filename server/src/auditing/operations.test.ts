import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { ERRORS } from '../errors.ts';
import { Intake, type Placement } from '../ingest/index.ts';
import { Journal } from '../journal/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { Masker } from '../traces/index.ts';
import type { OwnTrace } from './fit.ts';
import { MAX_RUNNING } from './limits.ts';
import { Operations } from './operations.ts';
import { Recorder } from './recorder.ts';

const DAY = 86_400_000;
const [PROJECT, ACCOUNT] = ['a'.repeat(32), 'b'.repeat(32)];
const PLACE: Placement = { projectId: PROJECT, trackerName: 'system', eventType: 'system' };
const ABOUT = { domainId: ACCOUNT, projectId: PROJECT };
const trace = (change: Partial<OwnTrace> = {}): OwnTrace => ({
  ...{ trace_name: 'updateTracker', trace_type: 'ApiCall', service_type: 'CTS', resource_type: 'tracker' },
  user: { id: 'u', name: 'jane', domain: { id: ACCOUNT, name: 'acme' } },
  ...change,
});

let directory: string;
let metadata: Metadata;
let journal: Journal;
let operations: Operations;
let written: { trace_id: string; code?: number; message?: string; time: number }[];
let now: number;
/** Faults of the world around. */
let full: boolean;
let recorded: boolean;

/** A journal that counts what it takes, and takes nothing while its disk is full. */
function watch(real: Journal): Journal {
  const append = real.append.bind(real);
  real.append = async (entries, identities) => {
    if (full) throw ERRORS.unavailable('the disk of the journal is full', 30);
    await append(entries, identities);
    written.push(...entries.map(({ line }) => JSON.parse(String(line))));
  };
  return real;
}

async function open(): Promise<void> {
  metadata = await openMetadata(path.join(directory, 'metadata.db'), (error) => {
    throw error;
  });
  journal = watch(
    await Journal.open({
      directory: path.join(directory, 'journal'),
      segmentSize: 1024 * 1024,
      maxQueue: 1024 * 1024,
      retryWindow: 10_000,
      countsSince: () => 0,
      onDamage: () => undefined,
      onDurable: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    }),
  );
  const rules = { placesOf: () => (recorded ? [PLACE] : 'CTS is not enabled in this project') };
  const clock = () => now;
  const intake = new Intake({
    ...{ journal, rules, retentionMs: 7 * DAY, maxAgeMs: 7 * DAY, time: sure(clock), masker: new Masker() },
    refusal: () => undefined,
  });
  const globalProject = () => PROJECT;
  const recorder = new Recorder({ intake, rules, clock, retentionMs: 7 * DAY, globalProject });
  operations = new Operations({ metadata, recorder, clock, log: pino({ level: 'silent' }) });
  await operations.start();
}

/** As a kill leaves it: nothing is said to the parts of the process that is gone. */
async function crash(): Promise<void> {
  await metadata.destroy();
  await journal.close();
  await open();
}

const rows = () => metadata.selectFrom('operations').selectAll().execute();

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-operations-'));
  [now, full, recorded, written] = [Date.UTC(2026, 10, 5), false, true, []];
  await open();
});
afterEach(async () => {
  await operations.stop();
  await metadata.destroy();
  await journal.close();
  await rm(directory, { recursive: true, force: true });
});

describe('an operation', () => {
  test('is written down before it begins, and forgotten when its trace is in the journal', async () => {
    const begun = await operations.begin(ABOUT, trace());
    expect(await rows()).toMatchObject([{ id: begun.id, ended: 0 }]);
    expect(written).toEqual([]);
    await operations.end(begun, trace({ code: '200' }));
    expect(written).toMatchObject([{ trace_id: begun.id, code: 200 }]);
    await expect.poll(rows).toEqual([]);
  });

  test('whose trace the journal does not take waits with its outcome, also across a crash', async () => {
    const begun = await operations.begin(ABOUT, trace());
    full = true;
    await operations.end(begun, trace({ code: '403' }));
    expect(await rows()).toMatchObject([{ id: begun.id, ended: 1 }]);
    expect(operations.backlog).toBe(1);
    await crash();
    expect(written).toEqual([]);
    full = false;
    await expect.poll(() => written, { timeout: 10_000 }).toMatchObject([{ trace_id: begun.id, code: 403 }]);
    await expect.poll(rows).toEqual([]);
  });

  test('that was under way at a crash is told of with an unknown outcome, once', async () => {
    const begun = await operations.begin(ABOUT, trace({ resource_name: 'system' }));
    await crash();
    expect(written).toMatchObject([{ trace_id: begun.id, trace_rating: 'warning', resource_name: 'system' }]);
    expect(written[0]).not.toHaveProperty('code');
    expect(written[0]?.message).toContain('may have taken effect or not');
    await crash();
    expect(written).toHaveLength(1);
  });

  test('is not told of twice when the crash came between journal and metadata', async () => {
    const begun = await operations.begin(ABOUT, trace());
    const [row] = await rows();
    await operations.end(begun, trace({ code: '200' }));
    await expect.poll(rows).toEqual([]);
    await metadata
      .insertInto('operations')
      .values(row as NonNullable<typeof row>)
      .execute();
    await crash();
    expect(written).toHaveLength(1);
    await expect.poll(rows).toEqual([]);
  });

  test('that was to be recorded when it began is, though recording has ended since', async () => {
    const begun = await operations.begin(ABOUT, trace());
    recorded = false;
    await operations.end(begun, trace({ code: '200' }));
    expect(written).toHaveLength(1);
    const later = await operations.begin(ABOUT, trace());
    await operations.end(later, trace({ code: '200' }));
    expect(written).toHaveLength(1);
  });

  test('is told of by a service that was away longer than traces are kept', async () => {
    const begun = await operations.begin(ABOUT, trace());
    const then = now;
    now += 30 * DAY;
    await crash();
    expect(written).toMatchObject([{ trace_id: begun.id, time: now }]);
    expect(written[0]?.message).toContain(`its time was ${then} ms`);
  });

  test('that ends its own recording does not happen while its trace cannot be written', async () => {
    const begun = await operations.begin(ABOUT, trace());
    full = true;
    await expect(operations.now(begun, trace({ code: '200' }))).rejects.toThrow('full');
    full = false;
    await operations.now(begun, trace({ code: '200' }));
    expect(written).toHaveLength(1);
  });

  test('of one account does not keep another account out', async () => {
    const mine = [];
    for (let i = 0; i < MAX_RUNNING; i++) mine.push(await operations.begin(ABOUT, trace()));
    await expect(operations.begin(ABOUT, trace())).rejects.toMatchObject({ status: 429 });
    const other = await operations.begin({ ...ABOUT, domainId: 'c'.repeat(32) }, trace());
    for (const one of [...mine, other]) await operations.end(one, trace({ code: '200' }));
    expect(written).toHaveLength(MAX_RUNNING + 1);
    operations.withdraw(await operations.begin(ABOUT, trace()));
    await expect.poll(rows).toEqual([]);
    expect(written).toHaveLength(MAX_RUNNING + 1);
  });

  test('of the service itself is told of when it did something, or failed', async () => {
    const did = trace({ trace_type: 'SystemAction', code: '204' });
    expect(await operations.run(ABOUT, did, async () => false)).toBe(false);
    expect(await operations.run(ABOUT, did, async () => true)).toBe(true);
    const failing = async () => {
      throw new Error('no');
    };
    await expect(operations.run(ABOUT, did, failing)).rejects.toThrow('no');
    expect(written.map(({ code }) => code)).toEqual([204, 500]);
  });
});
