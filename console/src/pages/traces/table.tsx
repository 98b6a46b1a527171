import Button from '@cloudscape-design/components/button';
import { visible } from '@opencts/client/api';
import { type CSSProperties, memo, useMemo } from 'react';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import type { Zone } from '../../time.ts';
import type { Column, Projects } from './columns.tsx';
import { copyRows } from './copied-rows.ts';
import { TraceFields } from './fields.tsx';
import type { Layout } from './layout.ts';
import { TableHead } from './table-head.tsx';
import type { Change, View } from './view-state.ts';

const words = texts.traces;

interface Handlers {
  zone: Zone;
  onToggle: (id: string) => void;
  onView: (trace: Trace) => void;
  /** Absent: values are no filters. */
  onFilter?: (change: Change) => void;
}

interface Props extends Handlers {
  pages: Trace[][];
  expanded: string[];
  layout: Layout;
  /** Absent: the order cannot be chosen. */
  order?: View['order'];
  onOrder?: (order: View['order']) => void;
}

/**
 * The list. Rows stand in groups, one for each page that was loaded: the browser leaves groups that are out
 * of sight undrawn (which it cannot do for the parts of a table element), and React does not touch a group
 * that did not change.
 */
export function TraceTable({ pages, expanded, layout, order, onOrder, ...handlers }: Props) {
  const { session } = useConsole();
  const projects = useMemo(() => new Map(session.projects.map(({ id, name }) => [id, name])), [session]);
  if (pages.length === 0) return null;
  return (
    <div
      className={layout.tracks ? 'traces chosen' : 'traces'}
      style={layout.tracks ? ({ '--tracks': layout.tracks } as CSSProperties) : undefined}
      role="table"
      aria-label={words.title}
      aria-rowcount={-1}
      onCopy={copyRows}
    >
      <TableHead layout={layout} order={order} onOrder={onOrder} />
      {pages.map((traces) => {
        const open = traces
          .filter((trace) => expanded.includes(trace.trace_id))
          .map((trace) => trace.trace_id);
        return (
          <Group
            key={traces[0]?.trace_id}
            traces={traces}
            open={open.join(' ')}
            columns={layout.columns}
            projects={projects}
            {...handlers}
          />
        );
      })}
    </div>
  );
}

interface GroupProps extends Handlers {
  traces: Trace[];
  open: string;
  columns: readonly Column[];
  projects: Projects;
}

const Group = memo(
  function Group({ traces, open, ...handlers }: GroupProps) {
    return (
      <div
        role="rowgroup"
        className="traces-group"
        style={{ containIntrinsicSize: `auto ${traces.length * 37}px` }}
      >
        {traces.map((trace) => (
          <Row key={trace.trace_id} trace={trace} open={open.includes(trace.trace_id)} {...handlers} />
        ))}
      </div>
    );
  },
  (before, after) =>
    before.traces === after.traces &&
    before.open === after.open &&
    before.zone === after.zone &&
    before.columns.length === after.columns.length &&
    before.columns.every((column, index) => column === after.columns[index]),
);

interface RowProps extends Handlers {
  trace: Trace;
  open: boolean;
  columns: readonly Column[];
  projects: Projects;
}

function Row({ trace, open, columns, projects, zone, onToggle, onView, onFilter }: RowProps) {
  const label = open ? words.row.collapse : words.row.expand;
  return (
    <>
      <div role="row" className={open ? 'trace-row open' : 'trace-row'} data-trace={trace.trace_id}>
        <span role="cell" className="c-toggle">
          <button
            type="button"
            className="toggle"
            aria-label={`${label}: ${trace.trace_name}`}
            aria-expanded={open}
            onClick={() => onToggle(trace.trace_id)}
          />
        </span>
        {columns.map(({ id, cell }) => (
          <span
            role="cell"
            key={id}
            className={`c-${id}`}
            title={id === 'trace_rating' ? undefined : String(cell(trace, zone, projects))}
          >
            {id === 'trace_name' ? (
              <button type="button" className="trace-link" onClick={() => onView(trace)}>
                {visible(trace.trace_name)}
              </button>
            ) : (
              cell(trace, zone, projects)
            )}
          </span>
        ))}
      </div>
      {open && (
        <div role="row" className="trace-fields">
          <div role="cell">
            <TraceFields trace={trace} zone={zone} onFilter={onFilter} />
            <Button onClick={() => onView(trace)}>{words.row.view}</Button>
          </div>
        </div>
      )}
    </>
  );
}
