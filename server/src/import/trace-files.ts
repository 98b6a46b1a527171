import { createHash } from 'node:crypto';
import { type MappingOptions, parseItem, sentMembers, Unreadable } from '../ingest/index.ts';
import type { Content } from './envelopes.ts';

type Members = Record<string, unknown>;

/** What the service that records a trace gives it anew; what it was before is kept as `source_…`. */
const GIVEN = new Set(['project_id', 'domain_id', 'record_time', 'tracker_name']);

/** A trace of a trace file (`docs/reference/trace-structure.md` 4), or the digest file of some. */
export function traceFileContent(bytes: Buffer): Content {
  const sent = parseItem(bytes, 'trace');
  if (sent instanceof Unreadable) return sent;
  const members = (sent.value ?? {}) as Members;
  if (isRefused(members)) return traceFileContent(Buffer.from(String(members.record)));
  if (members.digest_object !== undefined && Array.isArray(members.log_files)) return { passed: 'digest' };
  const isTrace = ['trace_name', 'service_type', 'trace_type'].every(
    (name) => typeof members[name] === 'string',
  );
  if (!isTrace || !Number.isFinite(traceTime(members))) {
    return new Unreadable('it has not the trace_name, trace_type, service_type and time of a trace');
  }
  return { records: [{ record: members, text: sent.text }] };
}

/** What an earlier import refused, and kept. */
const isRefused = ({ record, reason, trace_name }: Members) =>
  typeof record === 'string' && typeof reason === 'string' && trace_name === undefined;

/** Epoch ms; some files have it as text. */
export const traceTime = ({ time }: Members): number =>
  typeof time === 'string' && !/^\d+$/.test(time) ? Date.parse(time) : Number(time ?? Number.NaN);

/** @param projectId into which it is imported; what is of that one is no foreign trace */
export function traceFrom(
  record: Members,
  text: string,
  { timeOf }: MappingOptions,
  projectId: string | undefined,
): Members {
  const isForeign = record.project_id !== projectId;
  const trace: Members = {};
  for (const [name, value] of Object.entries(sentMembers(text))) {
    if (!GIVEN.has(name)) trace[name] = value;
    else if (isForeign) trace[`source_${name}`] = value;
  }
  // So that it is known when it comes again.
  if (!record.trace_id) trace.trace_id = `cts-${createHash('sha256').update(text).digest('hex')}`;
  if (timeOf) trace.time = timeOf(traceTime(record));
  return trace;
}
