import { elementsIn, membersIn } from '@opencts/client/json';
import { isCloudTrailRecord, parseItem, Unreadable } from '../ingest/index.ts';
import { fromColumns } from './athena.ts';
import { LISTS } from './parts.ts';

/** A record, and how it was written. */
export interface SentRecord {
  record: Record<string, unknown>;
  text: string;
}

/** What a part of a file holds: records, something of CloudTrail that is none, why it is neither, or a list of these. */
export type Content = { records: SentRecord[] } | { passed: Passed } | Unreadable | { elements: Element[] };

/** An element of a list within a part; each is judged by itself. */
export interface Element {
  content: Content;
  /** How it was written. */
  text: string;
  /** Where it stands in the part. */
  where: string;
}

export type Passed = 'digest' | 'Insights event' | 'control message' | 'bucket notification';

/**
 * Members in which a record, or the text of one, is put by who hands it on: EventBridge, `lookup-events`, CloudWatch
 * Logs, SNS and SQS, collectors of logs, and what an import refused.
 */
const ENVELOPES = [
  'detail',
  'CloudTrailEvent',
  'message',
  'Message',
  'Body',
  'body',
  'Sns',
  'record',
  '_source',
  'event',
  'original',
  'result',
  '_raw',
];
const MOST_LAYERS = 5;

export function contentOf(bytes: Buffer): Content {
  const sent = parseItem(bytes, 'record');
  return sent instanceof Unreadable ? sent : contentIn(sent.value, sent.text, MOST_LAYERS);
}

function contentIn(value: unknown, text: string, layers: number): Content {
  if (typeof value !== 'object' || value === null) return NONE;
  const members = value as Record<string, unknown>;
  if (members.eventCategory === 'Insight' || members.insightDetails !== undefined) {
    return { passed: 'Insights event' };
  }
  if (members.digestStartTime !== undefined && Array.isArray(members.logFiles)) return { passed: 'digest' };
  // They have the members of a record, and say less of what happened.
  if (/^\w+:s3$/.test(String(members.eventSource))) return { passed: 'bucket notification' };
  if (isCloudTrailRecord(value)) return { records: [{ record: value, text }] };
  const { eventTime, eventSource, eventName } = members;
  if ([eventTime, eventSource, eventName].every((one) => typeof one === 'string' && one !== '')) {
    return new Unreadable(
      `its eventTime is ${JSON.stringify(String(eventTime).slice(0, 80))}, which is no time`,
    );
  }
  const named = fromColumns(members, text);
  if (named !== undefined) return contentOf(Buffer.from(named));
  if (layers === 0) return NONE;
  const list = LISTS.find((name) => Array.isArray(members[name]));
  if (list !== undefined) return inList(textOf(text, list), list, layers);
  for (const name of ENVELOPES) {
    const content = inEnvelope(members[name], text, name, layers);
    if (content !== undefined) return content;
  }
  return NONE;
}

/** Undefined: it is none. */
function inEnvelope(member: unknown, text: string, name: string, layers: number): Content | undefined {
  if (typeof member === 'string') {
    if (member.startsWith('CWL CONTROL MESSAGE')) return { passed: 'control message' };
    if (!/^\s*[{[]/.test(member)) return undefined;
    const sent = parseItem(Buffer.from(member), `record in ${name}`);
    return sent instanceof Unreadable ? sent : contentIn(sent.value, sent.text, layers - 1);
  }
  if (typeof member !== 'object' || member === null) return undefined;
  const content = contentIn(member, textOf(text, name), layers - 1);
  return content === NONE ? undefined : content;
}

function inList(text: string, name: string, layers: number): Content {
  const elements = (elementsIn(text) ?? []).map((written, index) => ({
    content: contentIn(JSON.parse(written), written, layers - 1),
    text: written,
    where: `element ${index + 1} of ${name}`,
  }));
  if (elements.length === 0) return { records: [] };
  return elements.every(({ content }) => content === NONE) ? NONE : { elements };
}

function textOf(text: string, name: string): string {
  const member = membersIn(text)?.findLast((one) => one.name === name);
  return member ? text.slice(member.start, member.end) : 'null';
}

const NONE = new Unreadable('it has not the eventTime, eventSource and eventName of a CloudTrail record');
