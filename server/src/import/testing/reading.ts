import { CLOUDTRAIL } from '../formats.ts';
import type { Refusal } from '../reading.ts';
import { readRecords } from '../records.ts';

export const record = (eventID: string, more = '') =>
  `{"eventVersion":"1.08","eventTime":"2026-11-21T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventID":"${eventID}"${more}}`;
export const [A, B, C] = [record('a'), record('b'), record('c')] as [string, string, string];
export const BROKEN = B.slice(0, 90);
export const INSIGHT =
  '{"eventVersion":"1.08","eventTime":"2026-11-21T10:00:00Z","eventType":"AwsCloudTrailInsight","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","insightType":"ApiCallRateInsight"},"eventCategory":"Insight"}';

/** Ids of the records that are read, and what is told of the others. @param size bytes that are read at once */
export async function read(
  content: string | Buffer,
  { size = 1 << 20, isNamed = true, format = CLOUDTRAIL } = {},
) {
  const bytes = Buffer.from(content);
  const problems: string[] = [];
  const passed: string[] = [];
  const refusals: Refusal[] = [];
  async function* open() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const refuse = (refusal: Refusal) => {
    const { line, record: number, byte, reason } = refusal;
    refusals.push(refusal);
    problems.push(`${line === undefined ? '' : `line ${line}, record ${number}, byte ${byte}: `}${reason}`);
  };
  const reading = {
    refuse,
    fail: refuse,
    pass: (what: string) => passed.push(what),
  };
  const texts: string[] = [];
  let ids = '';
  const source = { name: 'a.json', isNamed, size: 0, open };
  for await (const { record: found, text } of readRecords(source, format, reading)) {
    ids += found.eventID ?? found.trace_id;
    texts.push(text);
  }
  return { ids, texts, problems, passed, refusals };
}
