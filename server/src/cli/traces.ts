import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Trace, textOf } from '@opencts/client';
import { type Command, type Commands, type Context, UsageError } from './command.ts';
import { instantOf } from './instant.ts';
import { line } from './output.ts';

/** Traces of a page. */
const PAGE = 200;
const DEFAULT_LIMIT = 50;
/** What `tail` begins with. */
const FIRST = 10;
const LOOK_EVERY_MS = 2_000;
/** A trace may be found so much later than one that was recorded after it. */
const OVERLAP_MS = 10_000;

/** Everything: without a query the service would look at the last hour, and at management alone. */
const ALL = 'time:*';
const COLUMNS = ['time', 'user', 'source_ip', 'trace_name', 'service_type', 'resource_name', 'trace_rating'];

const WHERE: Command['options'] = {
  'all-projects': { type: 'boolean', help: 'traces of all projects that you may read' },
};
const RANGE: Command['options'] = {
  ...WHERE,
  from: {
    type: 'string',
    help: 'only later traces: 2026-11-29, 2026-11-29T12:20Z, or --from=-2h for two hours ago',
  },
  to: { type: 'string', help: 'only earlier ones' },
};

type Query = Record<string, string | number>;

/** What is asked of the service. @throws UsageError */
function queryOf({ args, options }: Context): Query {
  const asked: Query = { q: args.QUERY ?? ALL };
  if (options['all-projects']) asked.projects = 'all';
  for (const name of ['from', 'to'] as const) {
    const text = options[name];
    if (typeof text === 'string') asked[name] = instantOf(`--${name}`, text);
  }
  return asked;
}

/** Matching traces, the newest first. */
async function* found({ client }: Context, asked: Query, most = Number.POSITIVE_INFINITY) {
  let left = most;
  for await (const trace of client.traces({ limit: Math.min(PAGE, most), ...asked })) {
    yield trace;
    if (--left === 0) return;
  }
}

/** As a line of a table has it. */
const rowOf = (trace: Trace): Record<string, unknown> => ({ ...trace, user: trace.user?.name });

/**
 * The last traces, and then each that comes, the oldest first. What is new is told by when the service recorded it:
 * the clock of this machine may be another.
 * @param signal ends it
 */
export async function* followed(context: Context, signal?: AbortSignal): AsyncGenerator<Trace> {
  const asked = queryOf(context);
  let seen = new Map<string, number>();
  let newest = 0;
  const look = async (query: Query, most?: number) => {
    const traces: Trace[] = [];
    const unseen: Trace[] = [];
    for await (const trace of found(context, query, most)) {
      traces.push(trace);
      if (!seen.has(trace.trace_id)) unseen.push(trace);
      seen.set(trace.trace_id, trace.record_time);
      newest = Math.max(newest, trace.record_time);
    }
    return { traces: traces.reverse(), unseen: unseen.reverse() };
  };
  const recorded = (since: number) => ({ ...asked, q: `(${asked.q}) record_time:>=${since}` });
  // What is there is known before anything is shown: whatever comes from then on is new.
  await look(asked, FIRST);
  if (newest > 0) await look(recorded(newest - OVERLAP_MS));
  yield* (await look(asked, FIRST)).traces;
  while (!signal?.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) return;
    yield* (await look(newest > 0 ? recorded(newest - OVERLAP_MS) : asked)).unseen;
    seen = new Map([...seen].filter(([, time]) => time >= newest - OVERLAP_MS));
  }
}

/** Id of the trace in the last whole line of an export that was broken off; undefined: there is none. */
async function lastOf(file: string): Promise<{ id: string | undefined; lines: number }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return '';
  });
  if (text === '') return { id: undefined, lines: 0 };
  const lines = text.split('\n');
  if (lines.pop() !== '') {
    throw new UsageError(
      `${file} ends in the middle of a line: remove its last line, and the export goes on`,
    );
  }
  try {
    return { id: (JSON.parse(lines.at(-1) ?? '') as Trace).trace_id, lines: lines.length };
  } catch {
    throw new UsageError(`${file} is no export of traces: name another file`);
  }
}

export const TRACES: Commands = {
  list: {
    usage: '[QUERY…]',
    summary: 'List traces, the newest first; QUERY is in the query language, behind -- if it begins with -',
    columns: COLUMNS,
    options: {
      ...RANGE,
      limit: { type: 'string', help: `how many (default ${DEFAULT_LIMIT})` },
    },
    async run(context) {
      const { limit = String(DEFAULT_LIMIT), output } = context.options;
      if (!/^[1-9]\d{0,6}$/.test(String(limit))) throw new UsageError('--limit must be a number from 1 on');
      const traces: Trace[] = [];
      for await (const trace of found(context, queryOf(context), Number(limit))) traces.push(trace);
      return output === undefined || output === 'table' ? traces.map(rowOf) : traces;
    },
  },
  tail: {
    usage: '[QUERY…]',
    summary: `Show the last ${FIRST} traces, and each that comes, until it is interrupted`,
    columns: COLUMNS,
    options: WHERE,
    async run(context) {
      for await (const trace of followed(context)) {
        const isTable = (context.options.output ?? 'table') === 'table';
        process.stdout.write(isTable ? line(rowOf(trace), COLUMNS) : `${textOf(trace)}\n`);
      }
      return '';
    },
  },
  export: {
    usage: 'FILE [QUERY…]',
    summary: 'Write traces as NDJSON, the newest first; the same command goes on where it was broken off',
    options: RANGE,
    async run(context) {
      const file = context.args.FILE ?? '';
      const { id, lines } = await lastOf(file);
      let written = lines;
      let batch: Trace[] = [];
      const write = async () => {
        if (batch.length > 0) await appendFile(file, `${batch.map(textOf).join('\n')}\n`, { mode: 0o600 });
        written += batch.length;
        batch = [];
        if (process.stderr.isTTY) process.stderr.write(`\r${written} traces`);
      };
      for await (const trace of found(context, { ...queryOf(context), ...(id ? { next: id } : {}) })) {
        batch.push(trace);
        if (batch.length === PAGE) await write();
      }
      await write();
      return { file, traces: written };
    },
  },
};
