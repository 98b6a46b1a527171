import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { visible } from '@opencts/client/api';
import { Link } from 'react-router-dom';
import type { FacetValue, Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { operatorPage } from '../overview/addresses.ts';
import type { Family } from '../traces/view-state.ts';
import { type Mark, MarkBadge, markOf } from './mark.tsx';
import type { Summary } from './summary.ts';

const words = texts.timeline.resource;
/** Operators that are named. */
const MOST_OPERATORS = 8;

interface Props {
  /** The newest that is known of it. */
  latest: Trace;
  /** Undefined: it is not known yet. */
  summary: Summary | undefined;
  type: Family;
}

/** What the resource is, and its last days at a glance. */
export function Head({ latest, summary, type }: Props) {
  const { first, last, created, deleted } = summary ?? {};
  const row = (label: string, trace: Trace | undefined, mark?: Mark) =>
    trace ? [{ label, value: <Moment trace={trace} mark={mark} /> }] : [];
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        minColumnWidth={200}
        items={[
          { label: words.id, value: <span className="long-name">{visible(latest.resource_id || '–')}</span> },
          { label: words.type, value: visible(latest.resource_type) },
          { label: words.source, value: visible(latest.service_type) },
          {
            label: words.operations,
            value: summary ? words.counted(summary.operations, summary.failed) : '…',
          },
          ...row(words.first, first, first && markOf(first, summary)),
          ...row(words.last, last, last && markOf(last, summary)),
          ...row(words.created, created?.trace_id === first?.trace_id ? undefined : created),
          ...row(words.deleted, deleted?.trace_id === last?.trace_id ? undefined : deleted),
          {
            label: words.operators,
            value: summary ? <Operators operators={summary.operators} type={type} /> : '…',
          },
        ]}
      />
    </Container>
  );
}

/** Which operation, by whom and when. */
function Moment({ trace, mark }: { trace: Trace; mark: Mark | undefined }) {
  const { zone } = useConsole();
  return (
    <>
      <div className="long-name">
        {visible(trace.trace_name)} <MarkBadge mark={mark} />
      </div>
      <div className="timeline-note">
        {words.by(visible(trace.user?.name || words.platform))}
        <br />
        {formatTime(trace.time, zone)}
      </div>
    </>
  );
}

function Operators({ operators, type }: { operators: FacetValue[]; type: Family }) {
  if (operators.length === 0) return words.noOperators;
  const more = operators.length - MOST_OPERATORS;
  return (
    <ul className="timeline-operators">
      {operators.slice(0, MOST_OPERATORS).map(({ value, count }) => (
        <li key={value}>
          <Link to={operatorPage(value, type)}>{visible(value)}</Link>{' '}
          <span className="timeline-note">{texts.overview.number(count)}</span>
        </li>
      ))}
      {more > 0 && <li className="timeline-note">{words.moreOperators(more)}</li>}
    </ul>
  );
}
