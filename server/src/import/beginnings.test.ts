import { expect, test } from 'vitest';
import { traceFilesInto } from './formats.ts';
import { A, B, C, read, record } from './testing/reading.ts';

const D = record('d');
const spaced = (of: string) => of.replaceAll('":', '": ').replaceAll(',"', ', "');
const sorted = (of: string) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries({ awsRegion: 'x', ...JSON.parse(of) }).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  );
const lookup = (of: string) => `{"EventName":"x","EventId":"e","CloudTrailEvent":${JSON.stringify(of)}}`;
const logged = (of: string) => `{"id":"1","timestamp":1,"message":${JSON.stringify(of)}}`;

test.each<[string, (of: string) => string, string, string]>([
  ['spaces behind commas', spaced, 'Records', ', '],
  ['sorted members', sorted, 'Records', ','],
  ['sorted members and spaces', (of) => spaced(sorted(of)), 'Records', ', '],
  ['lookup-events that begin with the name', lookup, 'Events', ','],
  ['such lookup-events with spaces', (of) => spaced(lookup(of)), 'Events', ', '],
  ['events of CloudWatch Logs', logged, 'logEvents', ','],
  [
    'records that open on a line of their own',
    (of) => JSON.stringify(JSON.parse(of), null, 2),
    'Records',
    ', ',
  ],
])('of a list with %s a record without its end costs only itself', async (_, written, list, comma) => {
  const [a, b, c, d] = [A, B, C, D].map(written) as [string, string, string, string];
  for (const broken of [b.slice(0, 60), b.slice(0, -1), b.replace('":', ':')]) {
    const content = `{"${list}":[${[a, broken, c, d].join(comma)}]}\n`;
    for (const size of [1, 100, 1 << 20]) {
      const { ids, problems } = await read(content, { size });
      expect([ids, problems[0]], `${size} ${broken}`).toEqual(['acd', expect.stringContaining('record 2, ')]);
    }
  }
});

test('so does a trace of a list of traces', async () => {
  const trace = (id: string) =>
    `{"time":1795729830340,"trace_id":"${id}","trace_name":"x","trace_type":"ApiCall","service_type":"ECS"}`;
  const content = `[ ${[trace('a'), trace('b').slice(0, -1), trace('c'), trace('d')].join(', ')} ]`;
  expect((await read(content, { format: traceFilesInto('p') })).ids).toBe('acd');
});
