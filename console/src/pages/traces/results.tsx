import { useState } from 'react';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { useLayout } from './layout.ts';
import { TraceTable } from './table.tsx';
import { TraceView } from './trace-view.tsx';

/** Traces that are at hand already: of a trace file, or found in the archive. */
export function TraceResults({ pages }: { pages: Trace[][] }) {
  const { api, zone } = useConsole();
  const layout = useLayout();
  const [expanded, setExpanded] = useState<string[]>([]);
  const [viewed, setViewed] = useState<Trace>();
  const toggle = (id: string) =>
    setExpanded((open) => (open.includes(id) ? open.filter((other) => other !== id) : [...open, id]));
  return (
    <>
      <TraceTable
        pages={pages}
        zone={zone}
        expanded={expanded}
        layout={layout}
        onToggle={toggle}
        onView={setViewed}
      />
      {viewed && (
        <TraceView
          api={api}
          id={viewed.trace_id}
          known={viewed}
          zone={zone}
          onClose={() => setViewed(undefined)}
        />
      )}
    </>
  );
}
