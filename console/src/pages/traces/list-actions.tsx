import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useConsole } from '../../console-context.ts';
import { fileStamp, saveFile } from '../../files.ts';
import { texts } from '../../texts/index.ts';
import { useAct } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { newNotification } from '../notifications/told.ts';
import { COLUMNS } from './columns.tsx';
import type { Layout } from './layout.ts';
import { Share } from './share.tsx';
import type { TraceList } from './use-traces.ts';
import { type Change, canBeLive, filtersOf, resolveRange, type View } from './view-state.ts';
import { wholeQuery } from './whole-query.ts';

const words = texts.traces;
const EVERY_TRACE = 10_000_000;
const EXPORTS = {
  newest: { text: words.exportNewest, format: 'csv', limit: 5000 },
  all: { text: words.exportAll, format: 'csv', limit: EVERY_TRACE },
  whole: { text: words.exportWhole, format: 'ndjson', limit: EVERY_TRACE },
} as const;

export interface ListProps {
  view: View;
  /** @param step false: nobody wants to go back by it */
  change: (change: Change, step?: boolean) => void;
  list: TraceList;
}

/** What can be done with the list as a whole. */
export function ListActions({ view, change, list, layout }: ListProps & { layout: Layout }) {
  const { api, zone } = useConsole();
  const act = useAct();
  const navigate = useNavigate();
  const unless = useUnless();
  const [exporting, setExporting] = useState(false);

  const exportTraces = async ({ format, limit }: (typeof EXPORTS)[keyof typeof EXPORTS]) => {
    setExporting(true);
    await act(texts.common.failed, async () => {
      const time_zone = zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
      const range = resolveRange(view.range, Date.now());
      const blob = await api.exportTraces({ ...filtersOf(view), ...range, limit, time_zone, format });
      saveFile(blob, `traces-${fileStamp()}.${format}`);
    });
    setExporting(false);
  };
  const isShown = (id: string) => layout.columns.some((column) => column.id === id);

  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Toggle
        checked={view.live && canBeLive(view)}
        disabled={!canBeLive(view)}
        onChange={({ detail }) => change({ live: detail.checked })}
        ariaLabel={words.liveOn}
      >
        {words.live}
      </Toggle>
      <Button iconName="refresh" ariaLabel={words.refresh} onClick={list.refresh} loading={list.loading} />
      <ButtonDropdown
        className="only-wide"
        items={COLUMNS.map(({ id }) => ({
          id,
          text: words.columns[id],
          itemType: 'checkbox',
          checked: isShown(id),
        }))}
        onItemClick={({ detail }) => {
          layout.toggle(detail.id);
          if (view.columns !== '') change({ columns: '' });
        }}
      >
        {words.columnsMenu}
      </ButtonDropdown>
      <Share view={view} range={list.range} columns={layout.written} />
      <Button
        className="only-wide"
        iconName="notification"
        {...unless('cts:notification:create')}
        onClick={() => navigate(newNotification(wholeQuery(view)))}
      >
        {words.notify}
      </Button>
      <ButtonDropdown
        loading={exporting}
        items={Object.entries(EXPORTS).map(([id, { text }]) => ({ id, text }))}
        onItemClick={({ detail }) => void exportTraces(EXPORTS[detail.id as keyof typeof EXPORTS])}
      >
        {words.export}
      </ButtonDropdown>
    </SpaceBetween>
  );
}
