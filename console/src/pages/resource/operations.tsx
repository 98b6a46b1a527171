import { visible } from '@opencts/client/api';
import { Link } from 'react-router-dom';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { operatorPage } from '../overview/addresses.ts';
import { Rating } from '../traces/columns.tsx';
import { typeOf } from '../traces/type-switch.tsx';
import { ChangeList } from './change-list.tsx';
import type { Change } from './changes.ts';
import { type Mark, MarkBadge, markOf } from './mark.tsx';
import type { Summary } from './summary.ts';

const words = texts.timeline.resource;

interface Props {
  /** What the resource is called now; operations under another name tell theirs. */
  name: string;
  traces: readonly Trace[];
  changes: ReadonlyMap<string, Change[]>;
  summary: Summary | undefined;
  /** The address of the list in which a trace is opened. */
  list: string;
}

/** Operations on one resource, in the given order. */
export function Operations({ name, traces, changes, summary, list }: Props) {
  return (
    <ol className="timeline">
      {traces.map((trace) => (
        <Operation
          key={trace.trace_id}
          trace={trace}
          otherName={trace.resource_name === name ? '' : (trace.resource_name ?? '')}
          changes={changes.get(trace.trace_id) ?? []}
          mark={markOf(trace, summary)}
          address={`${list}&trace=${trace.trace_id}`}
        />
      ))}
    </ol>
  );
}

interface OperationProps {
  trace: Trace;
  otherName: string;
  changes: Change[];
  mark: Mark | undefined;
  address: string;
}

function Operation({ trace, otherName, changes, mark, address }: OperationProps) {
  const { zone } = useConsole();
  const { trace_name, trace_rating, user, source_ip } = trace;
  return (
    <li className={trace_rating}>
      <div className="timeline-head">
        <Link to={address}>
          <b>{visible(trace_name)}</b>
        </Link>
        {otherName && <span className="long-name">{visible(otherName)}</span>}
        <Rating rating={trace_rating} />
        <MarkBadge mark={mark} />
      </div>
      <div className="timeline-head timeline-note">
        <span>{formatTime(trace.time, zone)}</span>
        <span>
          {user?.name ? (
            <>
              {words.who} <Link to={operatorPage(user.name, typeOf(trace))}>{visible(user.name)}</Link>
            </>
          ) : (
            words.by(words.platform)
          )}
        </span>
        {source_ip && <span>{words.from(visible(source_ip))}</span>}
      </div>
      {trace_rating !== 'normal' && <div className="timeline-note">{words.notApplied}</div>}
      <ChangeList changes={changes} />
    </li>
  );
}
