import { createHash } from 'node:crypto';
import type { JournalEntry, Routing } from '../journal/index.ts';
import {
  cutText,
  type Fixed,
  fits,
  fixedMembers,
  type LineWriter,
  lineOf,
  MAX_AHEAD_MS,
  MAX_BODY_TEXT,
  MAX_TRACE_BYTES,
  type Masker,
  Steps,
  type TraceLine,
  UUID_PATTERN,
} from '../traces/index.ts';
import { memberWithMost } from './blame.ts';
import { asSaid, explain, isTraceInput, type TraceInput } from './input.ts';
import type { Sent } from './items.ts';
import type { Placement, TraceProducer } from './placement.ts';
import { TraceRejected } from './rejected.ts';
import type { Texts } from './texts.ts';
import { newTraceId } from './trace-id.ts';

/** What the service knows besides what was sent. */
export interface IntakeContext extends TraceProducer {
  /** Epoch ms; becomes `record_time`. */
  now: number;
  /** Epoch ms; what lies behind is judged by it. */
  surely: number;
  /** Traces whose time lies further back are late: the trace list does not reach them any more. */
  retentionMs: number;
  /** Traces whose time lies further back are refused. */
  maxAgeMs: number;
  masker: Masker;
}

const UUID = new RegExp(UUID_PATTERN);

/** Characters of a body that are looked at: besides those that stay, what masks and their reasons take. */
const SEEN = MAX_BODY_TEXT + 32 * 1024;
/** Bytes of a body that stay, however large the rest of its trace is. */
const LEAST_BODY_TEXT = 1024;
const NO_BODIES = { request: undefined, response: undefined, message: undefined };

/** What is rejected when nobody will read why. */
const UNTOLD = new TraceRejected(undefined, 'it is no trace');

/**
 * What a producer sent, if it is a trace that it may report.
 * @param isTold whether the reason is wanted, which takes longer to find than to see that there is one
 * @throws TraceRejected
 */
export function accept(sent: Sent, context: IntakeContext, isTold = true): TraceInput {
  const input = parse(sent, isTold);
  checkStatus(input);
  checkTime(input.time, context);
  checkProject(input, context.projectId);
  checkSource(input, context.source);
  checkUser(input);
  return input;
}

/** Members that say something; in them, secrets are masked. */
const TEXTS = [
  'source_ip',
  'api_version',
  'endpoint',
  'location_info',
  'resource_url',
  'user_agent',
  'extra',
] as const;
/** Members that name something: of these only what a URL carries is masked. */
const IDS = [
  'enterprise_project_id',
  'operation_id',
  'request_id',
  'resource_account_id',
  'resource_id',
  'resource_name',
] as const;

/**
 * The line that is journalled.
 * @throws TraceRejected when its text is too large, too deep or no Unicode
 */
export function stamp(
  input: TraceInput,
  texts: Texts,
  context: IntakeContext,
  place: Placement,
): JournalEntry & { line: string } {
  const user = userText(input.user, texts.user);
  const identity = identify(input.trace_id);
  const extra = extraWith(texts.extra, identity.source);
  const masker = context.masker.of(input.service_type);
  const cuts = new Cuts(masker);
  const request = bodyText('request', input.request, texts.request, cuts);
  const response = bodyText('response', input.response, texts.response, cuts);
  let message = bodyText('message', input.message, texts.message, cuts);
  const code = codeOf(input.code);

  // In alphabetical order, the order of a trace file.
  const trace: TraceLine = {
    api_version: input.api_version,
    code,
    content_length: input.content_length,
    domain_id: context.domainId,
    endpoint: input.endpoint,
    enterprise_project_id: input.enterprise_project_id,
    event_type: place.eventType,
    extra,
    location_info: input.location_info,
    message: cuts.toldIn(message),
    operation_id: input.operation_id,
    project_id: place.projectId,
    read_only: input.read_only,
    record_time: context.now,
    request,
    request_id: input.request_id,
    resource_account_id: input.resource_account_id,
    resource_id: input.resource_id,
    resource_name: input.resource_name,
    resource_type: input.resource_type,
    resource_url: input.resource_url,
    response,
    service_type: input.service_type,
    source_ip: addressOf(input),
    time: input.time,
    total_time: input.total_time,
    trace_id: identity.traceId,
    trace_name: input.trace_name,
    trace_rating: ratingOf(input, code),
    trace_type: input.trace_type,
    tracker_name: place.trackerName,
    user,
    user_agent: input.user_agent,
  };
  let line = lineOf(trace);
  // Escapes make texts longer than they are: what is within its own bound may have to be cut for the sake of the line.
  if (isTooLarge(line) && !isTooLarge(lineOf({ ...trace, ...NO_BODIES }))) {
    for (let most = MAX_BODY_TEXT / 2; isTooLarge(line) && most >= LEAST_BODY_TEXT; most /= 2) {
      message = cutBodies(trace, message, cuts, most);
      line = lineOf(trace);
    }
  }
  // Masks can make it up to three times as long, which refuses nothing.
  checkSize(line, trace);
  if (!masker.acquits(line)) {
    checkText(line, trace);
    if (maskMembers(trace, message, cuts, masker)) line = lineOf(trace);
  }
  return { routing: routingOf(input, identity, extra, context, place), line };
}

/** What all lines of one call have in one place. */
export const fixedOf = ({ domainId, now }: IntakeContext, place: Placement): Fixed =>
  fixedMembers({
    domain_id: domainId,
    event_type: place.eventType,
    project_id: place.projectId,
    record_time: now,
    tracker_name: place.trackerName,
  });

/**
 * The same as {@link stamp}, from the bytes that were sent.
 * @param lines makes the line, which is good until that releases it
 * @returns undefined when only that can tell
 */
export function stampWritten(
  input: TraceInput,
  sent: Sent,
  texts: Texts,
  context: IntakeContext,
  place: Placement,
  fixed: Fixed,
  lines: LineWriter,
): JournalEntry | undefined {
  const { written } = sent;
  const { request, response, message, user } = texts;
  // What was said in another way, or is no text, is not to be taken as it was written.
  if (!written || input !== sent.value || (request ?? response ?? message ?? user) !== undefined)
    return undefined;
  const identity = identify(input.trace_id);
  const extra = extraWith(texts.extra, identity.source);
  const code = codeOf(input.code);
  const said = {
    trace_id: identity.traceId,
    code,
    trace_rating: ratingOf(input, code),
    source_ip: addressOf(input),
    extra,
  };
  const line = lines.line(input, written, fixed, said, context.masker.of(input.service_type));
  return line && { routing: routingOf(input, identity, extra, context, place), line };
}

const addressOf = ({ source_ip, trace_type }: TraceInput) =>
  source_ip ?? (trace_type === 'SystemAction' ? '' : undefined);

const ratingOf = ({ trace_rating, trace_status }: TraceInput, code: string | number | undefined) =>
  trace_rating ?? trace_status ?? (Number(code) >= 400 ? 'warning' : 'normal');

const routingOf = (
  { service_type }: TraceInput,
  { traceId, clientId }: Identity,
  extra: string | undefined,
  { now }: IntakeContext,
  { projectId, trackerName }: Placement,
): Routing => ({
  recordTime: now,
  traceId,
  projectId,
  trackerName,
  serviceType: service_type,
  clientId,
  extra: extra !== undefined,
});

/**
 * @param message of the trace, without what is said about cuts
 * @returns whether there was something to mask
 */
function maskMembers(trace: TraceLine, message: string | undefined, cuts: Cuts, masker: Masker): boolean {
  let found = false;
  const steps = new Steps();
  const masked = (text: string, isId = false) => {
    const result = isId ? masker.id(text, steps) : masker.text(text, steps);
    found ||= result !== text;
    return result;
  };
  const body = (field: string, text: string | undefined) => text && cuts.cut(field, masked(text));
  // Who acted and on what comes first: what others made hard to look through takes no steps from it.
  if (trace.user) trace.user = masked(trace.user);
  for (const name of IDS) {
    const text = trace[name];
    if (text) trace[name] = masked(text, true);
  }
  for (const name of TEXTS) {
    const text = trace[name];
    if (text) trace[name] = masked(text);
  }
  if (typeof trace.code === 'string') trace.code = masked(trace.code);
  trace.request = body('request', trace.request);
  trace.response = body('response', trace.response);
  trace.message = cuts.toldIn(body('message', message));
  return found;
}

/** Checks types; known members that are null count as absent, and text that says a number or an object as that. */
function parse(sent: Sent, isTold: boolean): TraceInput {
  const { value } = sent;
  if (isTraceInput(value)) return value;
  let wrong = value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const said = asSaid(value as Record<string, unknown>, sent);
    if (isTraceInput(said)) return said;
    wrong = said;
  }
  if (!isTold) throw UNTOLD;
  const { field, message } = explain(wrong, sent.text);
  throw new TraceRejected(field, message);
}

/** Two names of one thing say the same. */
function checkStatus({ trace_status: status, trace_rating: rating }: TraceInput): void {
  if (status === undefined || rating === undefined || status === rating) return;
  throw new TraceRejected(
    'trace_status',
    `trace_status is ${status}, but trace_rating is ${rating}; they are two names of the same member, send one of them`,
  );
}

function checkTime(time: number, { now, surely, maxAgeMs }: IntakeContext): void {
  if (time < surely - maxAgeMs) {
    const days = Math.round(maxAgeMs / 86_400_000);
    throw new TraceRejected('time', `time ${iso(time)} is too old; it may lie at most ${days} days back`);
  }
  if (time > now + MAX_AHEAD_MS) {
    const minutes = MAX_AHEAD_MS / 60_000;
    throw new TraceRejected(
      'time',
      `time ${iso(time)} is too far ahead; it may lie at most ${minutes} minutes ahead`,
    );
  }
}

const iso = (time: number) => new Date(time).toISOString();

function checkProject(input: TraceInput, projectId: string): void {
  if (input.project_id !== undefined && input.project_id !== '' && input.project_id !== projectId) {
    throw new TraceRejected('project_id', 'project_id must be the project of the path, or absent');
  }
}

function checkSource({ service_type }: TraceInput, source: string | undefined): void {
  if (source !== undefined && service_type !== source) {
    throw new TraceRejected(
      'service_type',
      `service_type is ${service_type}; your key reports ${source} only`,
    );
  }
}

/** Only the platform itself may act without a user. */
function checkUser({ user, trace_type }: TraceInput): void {
  if (trace_type === 'SystemAction') return;
  if (!user?.name) {
    throw new TraceRejected('user.name', 'user.name is missing; only a SystemAction has no user');
  }
  if (!user.domain?.id) {
    throw new TraceRejected(
      'user.domain.id',
      'user.domain.id is missing; it is the id of the account of the user',
    );
  }
}

function userText(user: TraceInput['user'], sent: string | undefined): string | undefined {
  if (user === undefined) return undefined;
  return sent ?? JSON.stringify(user);
}

interface Identity {
  traceId: string;
  /** The producer gave it. */
  clientId: boolean;
  /** What it gave, where that is no UUID. */
  source?: string;
}

/** A UUID is kept; another id is kept beside the UUID that is always derived from it; without one we give one. */
function identify(given: string | undefined): Identity {
  if (given === undefined) return { traceId: newTraceId(), clientId: false };
  if (UUID.test(given)) return { traceId: given.toLowerCase(), clientId: true };
  const hex = createHash('sha256').update(given).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  const traceId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
  return { traceId, clientId: true, source: given };
}

/** Unknown members, and among them the id that another has taken the place of. */
function extraWith(text: string | undefined, sourceTraceId: string | undefined): string | undefined {
  if (sourceTraceId === undefined) return text;
  const source = `"source_trace_id":${JSON.stringify(sourceTraceId)}}`;
  return text ? `${text.slice(0, -1)},${source}` : `{${source}`;
}

/** @param sent the value as JSON text, where it is more than JavaScript holds */
function bodyText(
  field: string,
  value: TraceInput['request'],
  sent: string | undefined,
  cuts: Cuts,
): string | undefined {
  if (value === undefined) return undefined;
  return cuts.cut(field, typeof value === 'string' ? value : (sent ?? JSON.stringify(value)));
}

/** @param message of the trace, without what is said about cuts. @returns what is left of it */
function cutBodies(
  trace: TraceLine,
  message: string | undefined,
  cuts: Cuts,
  most: number,
): string | undefined {
  for (const field of ['request', 'response'] as const) {
    const text = trace[field];
    if (text) trace[field] = cuts.cut(field, text, most);
  }
  const left = message && cuts.cut('message', message, most);
  trace.message = cuts.toldIn(left);
  return left;
}

/** Cuts the texts of a trace that are too long. */
class Cuts {
  /** Bytes before and after, by field; few traces have any. */
  private made: Map<string, { from: number; to: number }> | undefined;
  private readonly masker: Masker;
  private readonly steps = new Steps();

  constructor(masker: Masker) {
    this.masker = masker;
  }

  /**
   * At most so many bytes of a text. Its secrets are masked before, as what makes one a secret can be what is cut
   * away. Masks can make a text too long a second time.
   */
  cut(field: string, text: string, most = MAX_BODY_TEXT): string {
    if (fits(text, most)) return text;
    const isLong = text.length > SEEN;
    const masked = isLong
      ? this.masker.beginning(text, SEEN, this.steps)
      : this.masker.text(text, this.steps);
    const cut = cutText(masked, most, isLong);
    if (cut === masked) return masked;
    this.made ??= new Map();
    const from = this.made.get(field)?.from ?? Buffer.byteLength(text);
    this.made.set(field, { from, to: Buffer.byteLength(cut) });
    return cut;
  }

  /** A message that tells of them, too. */
  toldIn(message: string | undefined): string | undefined {
    if (!this.made) return message;
    const told = [...this.made].map(
      ([field, { from, to }]) => `${field} was cut from ${from} to ${to} bytes`,
    );
    return `${message ? `${message} ` : ''}[${told.join('; ')}]`;
  }
}

/** A number where it is one, as in trace files. */
function codeOf(code: string | number | undefined): string | number | undefined {
  return typeof code === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(code) ? Number(code) : code;
}

const isTooLarge = (line: string) =>
  line.length * 3 > MAX_TRACE_BYTES && Buffer.byteLength(line) > MAX_TRACE_BYTES;

function checkSize(line: string, trace: TraceLine): void {
  if (!isTooLarge(line)) return;
  const within = (text: string) => memberWithMost(Buffer.from(text), (_, bytes) => bytes);
  const member = within(line);
  // A user and unknown members stand in it as text.
  const inUser = member === 'user' && trace.user && `user.${within(trace.user)}`;
  const field = (member === 'extra' && trace.extra && within(trace.extra)) || inUser || member;
  throw new TraceRejected(
    field,
    `the trace is larger than ${MAX_TRACE_BYTES} bytes, in ${field}; of what is long only request, response and message are cut`,
  );
}

/**
 * All must be valid Unicode: half a surrogate pair cannot be stored as it is.
 * @throws TraceRejected
 */
function checkText(line: string, trace: TraceLine): void {
  if (!line.includes('\\ud')) return;
  for (const [field, value] of Object.entries(trace)) {
    if (typeof value !== 'string') continue;
    // What a user is called is compared; of other JSON in a text only the text counts.
    const said = field === 'user' ? JSON.stringify(JSON.parse(value)) : JSON.stringify(value);
    if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(said)) {
      throw new TraceRejected(field, `${field} is not valid Unicode: it has half of a surrogate pair`);
    }
  }
}
