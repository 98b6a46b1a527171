import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Trace, type TracePage, textOf } from '@opencts/client';
import { type Command, type Commands, type Context, UsageError } from './command.ts';
import { instantOf } from './instant.ts';
import { line } from './output.ts';

/** Traces of a page. */
const PAGE = 200;
const DEFAULT_LIMIT = 50;
/** What `tail` begins with. */
const FIRST = 10;
const LOOK_EVERY_MS = 2_000;
/** A trace may be found so much later than its time says. */
const LATEST_MS = 120_000;

/** Everything: without a query the service would look at the last hour, and at management alone. */
const ALL = 'time:*';
const COLUMNS = ['time', 'user', 'source_ip', 'trace_name', 'service_type', 'resource_name', 'trace_rating'];

const RANGE: Command['options'] = {
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
  for (const name of ['from', 'to'] as const) {
    const text = options[name];
    if (typeof text === 'string') asked[name] = instantOf(`--${name}`, text);
  }
  return asked;
}

/** Pages of matching traces, newest first. */
async function* pages({ client }: Context, asked: Query, most = Number.POSITIVE_INFINITY) {
  let left = most;
  for (let next: string | null | undefined = String(asked.next ?? ''); next !== null && left > 0; ) {
    const limit = Math.min(PAGE, left);
    const page: TracePage = await client.listTraces({ ...asked, limit, ...(next ? { next } : {}) });
    left -= page.traces.length;
    next = page.meta_data.marker;
    yield page.traces;
  }
}

/** As a line of a table has it. */
const rowOf = (trace: Trace): Record<string, unknown> => ({ ...trace, user: trace.user?.name });

/** Traces as they become known, the oldest first. @param signal ends it */
export async function* followed(context: Context, signal?: AbortSignal): AsyncGenerator<Trace> {
  const asked = queryOf(context);
  let seen = new Map<string, number>();
  const fresh = async (most: number, from?: number) => {
    const found: Trace[] = [];
    for await (const traces of pages(context, { ...asked, ...(from ? { from } : {}) }, most)) {
      found.push(...traces.filter(({ trace_id }) => !seen.has(trace_id)));
    }
    for (const { trace_id, record_time } of found) seen.set(trace_id, record_time);
    return found.reverse();
  };
  const begin = Date.now();
  yield* await fresh(FIRST);
  while (!signal?.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) return;
    const since = Math.max(begin, Date.now() - LATEST_MS) - LATEST_MS;
    // What was there before it began is not new.
    yield* (await fresh(Number.POSITIVE_INFINITY, since)).filter(({ record_time }) => record_time >= begin);
    seen = new Map([...seen].filter(([, recorded]) => recorded > since - LATEST_MS));
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
      const found: Trace[] = [];
      for await (const traces of pages(context, queryOf(context), Number(limit))) found.push(...traces);
      return output === undefined || output === 'table' ? found.map(rowOf) : found;
    },
  },
  tail: {
    usage: '[QUERY…]',
    summary: `Show the last ${FIRST} traces, and each that comes, until it is interrupted`,
    columns: COLUMNS,
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
      for await (const traces of pages(context, { ...queryOf(context), ...(id ? { next: id } : {}) })) {
        if (traces.length > 0) await appendFile(file, `${traces.map(textOf).join('\n')}\n`, { mode: 0o600 });
        written += traces.length;
        if (process.stderr.isTTY) process.stderr.write(`\r${written} traces`);
      }
      return { file, traces: written };
    },
  },
};
