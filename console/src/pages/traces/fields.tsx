import Button from '@cloudscape-design/components/button';
import { textOf, visible } from '@opencts/client/api';
import { membersIn } from '@opencts/client/json';
import { fieldOf, narrowed, quoted, shortName } from '@opencts/client/query';
import { Link } from 'react-router-dom';
import { Explained } from '../../about.tsx';
import { PROJECT } from '../../api/session.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { formatTime, type Zone } from '../../time.ts';
import { operatorPage, resourcePage } from '../overview/addresses.ts';
import { typeOf } from './type-switch.tsx';
import type { Change, View } from './view-state.ts';

const words = texts.traces;

/** First the fields that people look for, in this order; the others follow by name. */
const ORDER = [
  'trace_id',
  'code',
  'trace_name',
  'resource_type',
  'trace_rating',
  'message',
  'source_ip',
  'trace_type',
  'service_type',
  'event_type',
  'project_id',
  'resource_id',
  'tracker_name',
  'time',
  'resource_name',
  'user',
  'record_time',
  'request',
  'response',
];

const INSTANTS: ReadonlySet<string> = new Set(['time', 'record_time']);
const AROUND_MS = 5 * 60_000;
/** Characters that take a line of their own. */
const LONG = 60;

/** The view that shows only traces with this value, where a filter exists. */
function filterBy(trace: Trace, field: string): Partial<View> | undefined {
  switch (field) {
    case 'service_type':
      return { source: trace.service_type, resourceType: '' };
    case 'resource_type':
      return { source: trace.service_type, resourceType: trace.resource_type };
    case 'trace_name':
    case 'resource_id':
    case 'resource_name':
    case 'source_ip':
      return { by: field, value: trace[field] ?? '' };
    case 'trace_rating':
      return { status: trace.trace_rating };
    case 'user':
      return trace.user?.name ? { users: [trace.user.name] } : undefined;
    default:
      return undefined;
  }
}

/** The term of the query language that finds this value, where there is one. */
function termOf(trace: Trace, field: string, text: string): string | undefined {
  if (field === 'user') return trace.user?.name ? `user:${quoted(trace.user.name)}` : undefined;
  const known = fieldOf(field, []);
  if (!known || known.kind === 'words' || known.kind === 'time' || text === '') return undefined;
  return `${shortName(field)}:${quoted(text)}`;
}

/** All fields of a trace, as a list of names and values. */
export function TraceFields({
  trace,
  zone,
  onFilter,
}: {
  trace: Trace;
  zone: Zone;
  onFilter?: (change: Change) => void;
}) {
  const members = textsOf(trace);
  const names = [
    ...ORDER.filter((name) => members.has(name)),
    ...[...members.keys()].filter((name) => !ORDER.includes(name)).sort(),
  ];
  return (
    <>
      <Ways trace={trace} />
      <dl className="fields">
        {names.map((name) => {
          const text = members.get(name) ?? '';
          const term = onFilter && termOf(trace, name, text);
          const narrow = (without: boolean) => (before: View) => ({
            q: narrowed(before.q, term ?? '', without),
            expanded: [],
          });
          const filter = onFilter && filterBy(trace, name);
          const only = filter ? { ...filter, expanded: [] } : term ? narrow(false) : undefined;
          return (
            <div key={name} className={text.length > LONG ? 'field long' : 'field'}>
              <dt>
                <Explained text={texts.traceFields[name]}>{name}</Explained>
              </dt>
              <dd>
                <span>
                  {INSTANTS.has(name) ? `${text} (${formatTime(Number(text), zone)})` : visible(text)}
                </span>
                {only && (
                  <Button
                    variant="inline-icon"
                    iconName="filter"
                    ariaLabel={`${words.row.filter}: ${name}`}
                    onClick={() => onFilter?.(only)}
                  />
                )}
                {term && (
                  <Button
                    variant="inline-icon"
                    iconName="subtract-minus"
                    ariaLabel={`${words.query.without}: ${name}`}
                    onClick={() => onFilter?.(narrow(true))}
                  />
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

/** A question of the trace list, over all that it holds. */
const asking = (q: string) => `/?${new URLSearchParams({ range: '7d', q })}`;

/** What was done in the same minutes, of the same family. */
function around(trace: Trace): string {
  const [from, to] = [trace.time - AROUND_MS, trace.time + AROUND_MS];
  const family = typeOf(trace) === 'data' ? '&type=data' : '';
  return `/?range=${from}-${to}${family}`;
}

/** All of the session of temporary credentials in which it was done; undefined: it is of none. */
function sessionOf({ user }: Trace): string | undefined {
  const since = user?.session_context?.attributes?.created_at;
  const principal = user?.principal_id;
  if (!principal || !(since || principal.includes(':'))) return undefined;
  const began = since ? ` user.session_context.attributes.created_at:${quoted(since)}` : '';
  return `user.principal_id:${quoted(principal)}${began}`;
}

/** Where more is told of who did it, and to what: in the project of the trace. */
function Ways({ trace }: { trace: Trace }) {
  const { api } = useConsole();
  const type = typeOf(trace);
  const project = trace.project_id;
  const isElsewhere = project !== undefined && project !== api.path.project_id;
  const there = (way: string) => (isElsewhere ? `${way}&${PROJECT}=${project}` : way);
  const resource = resourcePage(trace, type);
  const session = sessionOf(trace);
  return (
    <div className="trace-ways">
      {resource && <Link to={there(resource)}>{texts.timeline.toResource}</Link>}
      {trace.user?.name && (
        <Link to={there(operatorPage(trace.user.name, type))}>{texts.timeline.toOperator}</Link>
      )}
      <Link to={there(around(trace))}>{words.query.around}</Link>
      {trace.user?.access_key_id && (
        <Link to={there(asking(`key:${quoted(trace.user.access_key_id)}`))}>{words.query.sameKey}</Link>
      )}
      {session && <Link to={there(asking(session))}>{words.query.sameSession}</Link>}
      {trace.request_id && (
        <Link to={there(asking(`request_id:${quoted(trace.request_id)}`))}>{words.query.sameRequest}</Link>
      )}
    </div>
  );
}

/** Members as they were told, by their names; text as what it says. */
function textsOf(trace: Trace): Map<string, string> {
  const sent = textOf(trace);
  const texts = new Map<string, string>();
  for (const { name, start, end } of membersIn(sent) ?? []) {
    const value = sent.slice(start, end);
    const text = value.startsWith('"') ? (JSON.parse(value) as string) : value;
    const before = texts.get(name);
    texts.set(name, before === undefined ? text : `${before}, ${text}`);
  }
  return texts;
}
