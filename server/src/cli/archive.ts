import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { dataOf, OpenCtsError, type Trace, tracesOf } from '@opencts/client';
import { type Commands, type Context, UsageError } from './command.ts';
import { instantOf } from './instant.ts';

/** Traces that `show` shows. */
const MOST_SHOWN = 1000;

/** One page of a folder. */
const page = ({ api, path: project }: Context, prefix: string, marker: string) =>
  dataOf(api.GET('/v3/{project_id}/archive', { params: { path: project, query: { prefix, marker } } }));

/** Traces of a file from an offset on. */
const part = ({ api, path: project }: Context, file: { bucket: string; key: string }, offset: number) => {
  const params = { path: project, query: { ...file, offset, limit: MOST_SHOWN - offset } };
  return tracesOf<{ traces: Trace[]; total_count: number }>(
    dataOf(api.GET('/v3/{project_id}/archive/traces', { params, parseAs: 'text' })),
  );
};

/** The file of a key, which says its bucket as well. */
async function fileOf(context: Context) {
  const key = context.args.KEY ?? '';
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  for (let marker: string | null = ''; marker !== null; ) {
    const found: Awaited<ReturnType<typeof page>> = await page(context, folder, marker);
    const file = found.files.find((one) => one.key === key);
    if (file) return file;
    marker = found.marker;
  }
  throw new UsageError(`there is no trace file ${key}`);
}

/** What a call answers becomes a file; one of that name stays as it is, and none is left of what broke off. */
async function save(call: Promise<{ data?: unknown }>, target: string): Promise<void> {
  const stream = (await dataOf(call)) as ReadableStream;
  try {
    await pipeline(Readable.fromWeb(stream), createWriteStream(target, { flags: 'wx' }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') throw error;
    await rm(target, { force: true });
    throw new OpenCtsError(0, '', `${target} is not whole, and was removed: ${message}`, { cause: error });
  }
}

export const ARCHIVE: Commands = {
  list: {
    usage: '[FOLDER]',
    summary: 'List what lies in a folder of the trace files, such as CloudTraces/eu-de/',
    columns: ['name', 'files', 'traces', 'bytes', 'delivered', 'digest'],
    async run(context) {
      const given = context.args.FOLDER ?? '';
      const folder = given === '' || given.endsWith('/') ? given : `${given}/`;
      const rows: Record<string, unknown>[] = [];
      for (let marker: string | null = ''; marker !== null; ) {
        const found: Awaited<ReturnType<typeof page>> = await page(context, folder, marker);
        rows.push(...found.folders.map((one) => ({ ...one, name: `${folder}${one.name}` })));
        rows.push(
          ...found.files.map((one) => ({ ...one, name: one.key, files: '', delivered: one.delivery_time })),
        );
        marker = found.marker;
      }
      return rows;
    },
  },
  show: {
    usage: 'KEY',
    summary: 'Show the traces of a trace file, up to 1,000 of them',
    columns: ['trace_name', 'service_type', 'resource_type', 'resource_name', 'trace_rating', 'time'],
    async run(context) {
      const { bucket, key } = await fileOf(context);
      const traces: Trace[] = [];
      // A page of large traces ends early.
      for (let total = 1; traces.length < Math.min(total, MOST_SHOWN); ) {
        const page = await part(context, { bucket, key }, traces.length);
        traces.push(...page.traces);
        total = page.traces.length === 0 ? 0 : page.total_count;
      }
      return traces;
    },
  },
  package: {
    usage: 'FROM UNTIL [FILE]',
    summary: 'Download the trace files of a time with all that proves them, as a tar; times as 2026-03-01',
    async run({ api, path: project, args }) {
      const [from, to] = [instantOf('FROM', args.FROM ?? ''), instantOf('UNTIL', args.UNTIL ?? '')];
      const target = args.FILE ?? `archive-${args.FROM}-${args.UNTIL}.tar`.replaceAll(':', '-');
      const params = { path: project, query: { from, to } };
      await save(api.GET('/v3/{project_id}/archive/package', { params, parseAs: 'stream' }), target);
      return { file: target };
    },
  },
  download: {
    usage: 'KEY [FILE]',
    summary: 'Download a trace file',
    async run(context) {
      const { bucket, key } = await fileOf(context);
      const target = context.args.FILE ?? path.posix.basename(key);
      const params = { path: context.path, query: { bucket, key } };
      await save(context.api.GET('/v3/{project_id}/archive/file', { params, parseAs: 'stream' }), target);
      return { file: target };
    },
  },
};
