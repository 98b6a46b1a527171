import Alert from '@cloudscape-design/components/alert';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { downloadPackage } from '../../api/proofs.ts';
import { useConsole } from '../../console-context.ts';
import { saveFile } from '../../files.ts';
import { texts } from '../../texts/index.ts';
import { useAct } from '../../use-load.ts';
import CustomRange from '../traces/custom-range.tsx';
import { resolveRange, useView } from '../traces/view-state.ts';
import { Checkpoints } from './checkpoints.tsx';
import { Digests } from './digests.tsx';
import { PublicKeys } from './public-keys.tsx';

const words = texts.archive.proofs;
/** How far back a day can be chosen. */
const YEAR = 366;
const COMMAND = 'opencts verify FOLDER --public-key KEY';

/** What proves the archive of a time, and all of it with the trace files in one download. */
export default function ProofsPage() {
  const { api, zone } = useConsole();
  const navigate = useNavigate();
  const act = useAct();
  const [view, change] = useView();
  const [now, setNow] = useState(Date.now);
  const [keysOpen, setKeysOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const chosen = view.range in words.ranges || view.range.includes('-') ? view.range : '1d';
  const range = resolveRange(chosen, now);
  const download = async () => {
    setBusy(true);
    await act(words.failed, async () => {
      const name = `archive-${new Date(range.from).toISOString().slice(0, 10)}-${new Date(range.to).toISOString().slice(0, 10)}.tar`;
      saveFile(await downloadPackage(api, range), name);
    });
    setBusy(false);
  };

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: texts.archive.root, href: '/archive' },
            { text: words.title, href: '#' },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            if (event.detail.href !== '#') navigate(event.detail.href);
          }}
        />
      }
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={texts.common.refresh}
                onClick={() => setNow(Date.now())}
              />
              <Button onClick={() => setKeysOpen(true)}>{texts.archive.publicKeys}</Button>
              <Button variant="primary" iconName="download" loading={busy} onClick={() => void download()}>
                {words.download}
              </Button>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <div className="range-row">
          <SegmentedControl
            label={texts.traces.rangeAria}
            selectedId={chosen in words.ranges ? chosen : null}
            onChange={({ detail }) => {
              setNow(Date.now());
              change({ range: detail.selectedId });
            }}
            options={Object.entries(words.ranges).map(([id, text]) => ({ id, text }))}
          />
          <CustomRange view={{ ...view, range: chosen }} zone={zone} days={YEAR} onChange={change} />
        </div>
        <Alert type="info">
          {words.hint} <code className="command">{COMMAND}</code>
        </Alert>
        <Digests range={range} />
        <Checkpoints range={range} />
      </SpaceBetween>
      {keysOpen && <PublicKeys onClose={() => setKeysOpen(false)} />}
    </ContentLayout>
  );
}
