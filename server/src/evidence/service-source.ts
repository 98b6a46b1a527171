import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, type OpenCtsClient, OpenCtsError } from '@opencts/client';
import { type ArchiveSource, Unreadable } from './archive-source.ts';
import { newHash } from './digest.ts';
import { kindAt, type Place } from './holdings.ts';

/** Of a call that may succeed later. */
const TRIES = 8;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Headers that tell an object's metadata begin so. */
const METADATA_HEADER = 'x-object-meta-';

/** The archive of a project, as a service gives it: the part of each bucket in which something of it lies. */
export async function serviceSources(client: OpenCtsClient): Promise<ArchiveSource[]> {
  const { places } = await client.withProject((path) =>
    dataOf(client.api.GET('/v3/{project_id}/archive/objects', { params: { path } })),
  );
  const buckets = new Set(places.filter(({ name }) => name !== null).map(({ bucket }) => bucket));
  return [...buckets].map((bucket) =>
    serviceSource(
      client,
      bucket,
      places.filter((place) => place.bucket === bucket),
    ),
  );
}

function serviceSource(client: OpenCtsClient, bucket: string, places: readonly Place[]): ArchiveSource {
  const { api } = client;
  const metadata = new Map<string, Record<string, string>>();
  return {
    bucket,
    async *keys() {
      for (const prefix of new Set(places.map((place) => place.prefix))) {
        for (let marker: string | null = ''; marker !== null; ) {
          const query: { bucket: string; prefix: string; marker: string } = { bucket, prefix, marker };
          const page = await patiently(() =>
            client.withProject((path) =>
              dataOf(api.GET('/v3/{project_id}/archive/objects', { params: { path, query } })),
            ),
          );
          for (const { key, modified } of page.objects) yield { key, modified };
          marker = page.marker;
        }
      }
    },
    read: (key) =>
      orNothing(async () => {
        const query = { bucket, key };
        const { data, response } = await client.withProject((path) =>
          api.GET('/v3/{project_id}/archive/object', { params: { path, query }, parseAs: 'stream' }),
        );
        const chunks: Uint8Array[] = [];
        for await (const chunk of whole(data)) chunks.push(chunk);
        const told = [...response.headers].filter(([name]) => name.startsWith(METADATA_HEADER));
        metadata.set(
          key,
          Object.fromEntries(told.map(([name, value]) => [name.slice(METADATA_HEADER.length), value])),
        );
        return Buffer.concat(chunks);
      }),
    async hash(key, algorithm) {
      const query = { bucket, key, stored: true };
      const known = await orNothing(async () => {
        const { data } = await client.withProject((path) =>
          api.GET('/v3/{project_id}/archive/file', { params: { path, query }, parseAs: 'stream' }),
        );
        const hash = newHash(algorithm);
        for await (const chunk of whole(data)) hash.update(chunk);
        return hash.digest('hex');
      });
      if (known !== undefined) return known;
      // After a restore the service may not know what lies in the bucket.
      const bytes = await this.read(key);
      return bytes && newHash(algorithm).update(bytes).digest('hex');
    },
    // It was told with the digest, which is read first.
    metadata: async (key) => metadata.get(key),
    hasMetadata: true,
    holds: (key) => places.some((place) => place.name !== null && kindAt(place, key) !== undefined),
  };
}

/** Undefined: there is no such object. @throws Unreadable, OpenCtsError */
async function orNothing<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await patiently(call);
  } catch (error) {
    const { status, message } = error as OpenCtsError;
    if (status === 404) return undefined;
    if (status === 500) throw new Unreadable(message, { cause: error });
    throw error;
  }
}

/** Again as long as it may succeed later. @throws OpenCtsError */
async function patiently<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      const isTemporary = error instanceof OpenCtsError && error.temporary && error.status !== 500;
      if (!isTemporary || tried === TRIES) throw error;
      await sleep(Math.min(error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** tried, LONGEST_PAUSE_MS));
    }
  }
}

/** @throws OpenCtsError when the answer ends in its midst */
async function* whole(body: unknown): AsyncGenerator<Uint8Array> {
  try {
    yield* body as ReadableStream<Uint8Array>;
  } catch (cause) {
    const { message } = cause as Error;
    throw new OpenCtsError(0, '', `the service broke its answer off: ${message}`, { cause });
  }
}
