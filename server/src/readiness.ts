import type { Timekeeper } from './clock/index.ts';
import type { ReadinessCheck } from './http/index.ts';
import type { DiskWatch } from './ingest/index.ts';
import type { OpenedStore } from './trace-store.ts';

/** Whether the service takes traces, has room, and can be searched. */
export async function readiness(
  { store, isPrepared }: OpenedStore,
  disk: DiskWatch,
  time: Timekeeper,
  stopping: () => boolean,
): Promise<ReadinessCheck[]> {
  const answers =
    isPrepared() &&
    (await store.ping().then(
      () => true,
      () => false,
    ));
  const refusal = disk.refusal();
  return [
    { name: 'intake', ok: !stopping(), detail: stopping() ? 'the service is stopping' : 'traces are taken' },
    { name: 'disk', ok: refusal === undefined, detail: refusal ?? 'there is room' },
    {
      name: 'trace store',
      ok: answers,
      detail: answers ? 'it answers' : 'it does not answer; traces wait in the journal',
    },
    // Who asks whether traces are taken must not be sent away by it.
    { name: 'clock', ok: true, detail: time.state },
  ];
}
