import type { TraceInput } from '../ingest/index.ts';
import { oneLine, wellFormed } from '../text.ts';
import { MASK, type Masker, Steps, TRACE_NAME_PATTERN } from '../traces/index.ts';
import { contextOf, excerpt } from './excerpt.ts';
import { hideNoIds, hideSecrets, hideSecretsIn, hideUnknown, retold, withoutRefused } from './hide.ts';
import { hideAddress } from './hide-address.ts';
import { CONTEXT, MAX_BODY, MAX_LINE, MAX_NAME, MAX_PARAMS, MAX_QUERY, MAX_RESPONSE } from './limits.ts';

/** What the service tells of an operation; its values come from callers and can be anything. */
export interface OwnTrace {
  trace_name: string;
  trace_type: string;
  trace_rating?: 'normal' | 'warning' | 'incident';
  event_type?: 'data';
  service_type: string;
  resource_type: string;
  resource_id?: string;
  resource_name?: string;
  user?: { id?: string; name: string; domain?: { id: string; name?: string }; access_key_id?: string };
  source_ip?: string;
  code?: string;
  api_version?: string;
  request?: AskedFor;
  /** Text of the answer, JSON where its schema tells of secrets. */
  response?: string;
  responseSchema?: unknown;
  request_id?: string;
  user_agent?: string;
  message?: string;
  content_length?: number;
  read_only?: boolean;
}

/** An operation as the API names it, `CreateTopic` for `createTopic`; what nobody called has none. */
const operationOf = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** What a caller asked for, by where it stood. */
export interface AskedFor {
  params?: unknown;
  query?: unknown;
  body?: unknown;
  /** Schema of the body: members that it knows are kept first. */
  schema?: unknown;
  /** Of a call about users and what belongs to them, schema of its query: what is in no right place is hidden there, too. */
  querySchema?: unknown;
}

const TRACE_NAME = new RegExp(TRACE_NAME_PATTERN);
/**
 * A trace of an operation that intake takes, whatever it is made of: every member is cut to its bound and
 * cleaned, and what was cut is marked in its place. Nobody can act unseen by sending what cannot be recorded.
 * Secrets are masked before: what makes something one can be what is cut away.
 * @param domainId account that the operation concerns
 */
export function fit(trace: OwnTrace, domainId: string, time: number, masks: Masker): TraceInput {
  const { user, request, response, responseSchema } = trace;
  const masked = maskedBy(masks.of(trace.service_type));
  // Callers write addresses of web hooks anywhere, and refusals repeat them.
  const refused = request ? askedOf(request).refused : [];
  const tell =
    trace.service_type === 'SMN'
      ? hideAddress
      : refused.length > 0
        ? (text: string) => withoutRefused(text, refused)
        : asItIs;
  const line = (value: unknown, most = MAX_LINE, told: Tell = asItIs) => {
    const context = contextOf(value, CONTEXT * most);
    return lineOf(masked(typeof context === 'string' ? told(context) : context), most);
  };
  // Who acted comes first: what callers made hard to look through takes no steps from it.
  const who = user && {
    id: line(user.id),
    name: line(user.name) || '(unnamed)',
    domain: { id: line(user.domain?.id) || domainId, name: line(user.domain?.name) },
    access_key_id: line(user.access_key_id),
  };
  const name = isName(trace.trace_name) ? trace.trace_name : 'unknown';
  return {
    time,
    trace_name: name,
    trace_type: trace.trace_type,
    trace_rating: trace.trace_rating,
    event_type: trace.event_type,
    service_type: trace.service_type,
    resource_type: trace.resource_type,
    resource_id: line(trace.resource_id, MAX_NAME, tell),
    resource_name: line(trace.resource_name, MAX_NAME, tell),
    user: who,
    source_ip: line(trace.source_ip),
    code: line(trace.code),
    api_version: line(trace.api_version),
    request: request && requestOf(request, masked, tell),
    response: response && responseOf(hideSecretsIn(response, responseSchema), masked, tell),
    request_id: line(trace.request_id),
    user_agent: line(trace.user_agent),
    message: line(trace.message, MAX_NAME, tell),
    content_length: trace.content_length,
    read_only: trace.read_only,
    operation_id: trace.trace_type === 'SystemAction' ? undefined : operationOf(name),
  };
}

type Tell = (text: string) => string;
const asItIs: Tell = (text) => text;

/** Text of an answer with what is in its JSON told otherwise: escapes stay whole. */
function toldIn(text: string, tell: Tell): string {
  if (tell === asItIs) return text;
  try {
    return JSON.stringify(retold(JSON.parse(text), tell));
  } catch {
    return tell(text);
  }
}

/** A query whose values are told otherwise; "&" in an address that was not encoded ends its value, not the address. */
function toldQuery(query: unknown, tell: Tell): unknown {
  if (tell === asItIs || typeof query !== 'object' || query === null) return query;
  let within = false;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      if (within) return [tell(name), MASK];
      const told = retold(value, tell);
      within = JSON.stringify([name, value]) !== JSON.stringify([tell(name), told]);
      return [tell(name), told];
    }),
  );
}

const isName = (value: unknown) => typeof value === 'string' && TRACE_NAME.test(value);

type Masked = (value: unknown) => unknown;

/** Gives values of one trace with their secrets masked. */
function maskedBy(masker: Masker): Masked {
  const steps = new Steps();
  return (value) => {
    if (typeof value === 'string') return masker.text(value, steps);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    const text = JSON.stringify(retold(value, asItIs));
    const result = masker.text(text, steps);
    return result === text ? value : JSON.parse(result);
  };
}

/** One line of text of at most `most` characters. */
function lineOf(value: unknown, most: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'object' ? JSON.stringify(excerpt(value, most)) : String(value);
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return oneLine(cut);
}

type Told = Record<string, unknown>;

/** As much of what was asked for as its trace comes from, without what stands in no right place. */
interface Asked {
  params: unknown;
  query: unknown;
  body: unknown;
  /** What stood there: an answer may repeat it. */
  refused: string[];
}

/** What was asked for is told when an operation begins and when it ends. */
const asked = new WeakMap<AskedFor, Asked>();
const requests = new WeakMap<AskedFor, Told>();

function askedOf(request: AskedFor): Asked {
  const known = asked.get(request);
  if (known) return known;
  const { schema, querySchema } = request;
  const params = contextOf(request.params, CONTEXT * MAX_PARAMS);
  const query = contextOf(request.query, CONTEXT * MAX_QUERY);
  const body = contextOf(request.body, CONTEXT * MAX_BODY, schema);
  const refused: string[] = [];
  const found = {
    params: querySchema ? hideNoIds(params, refused) : params,
    query: querySchema ? hideUnknown(query, querySchema, refused) : query,
    body: hideSecrets(body, schema, refused),
    refused,
  };
  asked.set(request, found);
  return found;
}

function requestOf(request: AskedFor, masked: Masked, tell: Tell): Told | undefined {
  const told = requests.get(request) ?? partsOf(request, masked, tell);
  requests.set(request, told);
  return Object.keys(told).length > 0 ? told : undefined;
}

function partsOf(request: AskedFor, masked: Masked, tell: Tell): Told {
  const { params, query, body } = askedOf(request);
  const tellAll = (value: unknown) => (tell === asItIs ? value : retold(value, tell));
  const { schema } = request;
  const parts = {
    params: excerpt(masked(tellAll(params)), MAX_PARAMS, undefined, request.params),
    query: excerpt(masked(toldQuery(query, tell)), MAX_QUERY, undefined, request.query),
    body: excerpt(masked(tellAll(body)), MAX_BODY, schema, request.body),
  };
  return Object.fromEntries(
    Object.entries(parts).filter(
      ([, told]) => told !== null && typeof told === 'object' && Object.keys(told).length > 0,
    ),
  );
}

function responseOf(text: string, masked: Masked, tell: Tell): string {
  return text.length > MAX_RESPONSE
    ? `(${text.length} characters, left out)`
    : wellFormed(masked(toldIn(text, tell)) as string);
}
