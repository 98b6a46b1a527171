import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { tracesOfFile, walk } from '../../api/archive.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatBytes } from '../../files.ts';
import { NextPage } from '../../next-page.tsx';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { nextOf, type Page, usePages } from '../../use-pages.ts';
import { TraceResults } from '../traces/results.tsx';
import { FileActions, Integrity, nameOf } from './file-parts.tsx';

const words = texts.archive;

interface Part extends Page<Trace> {
  /** In the whole file. */
  total: number;
}

/** One trace file: what it is, and the traces in it. */
export default function ArchiveFilePage() {
  const { api, zone } = useConsole();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const one = { bucket: parameters.get('bucket') ?? '', key: parameters.get('key') ?? '' };
  const folder = one.key.slice(0, one.key.lastIndexOf('/') + 1);
  const file = useLoad(async (signal) => {
    // The page that begins right before the file has it first.
    const { files } = await walk(api, folder, one.key.slice(0, -1), signal);
    return files.find(({ bucket, key }) => bucket === one.bucket && key === one.key) ?? null;
  }, JSON.stringify(one));
  const load = async (before: number, signal?: AbortSignal): Promise<Part> => {
    const { traces, total_count } = await tracesOfFile(api, one, before, signal);
    const shown = before + traces.length;
    return { items: traces, total: total_count, next: nextOf(shown < total_count ? shown : null, load) };
  };
  const content = usePages((signal) => load(0, signal), JSON.stringify(one));
  const { first, pages } = content;
  const archived = file.value;

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: words.root, href: '/archive' },
            { text: folder, href: `/archive?path=${encodeURIComponent(folder)}` },
            { text: nameOf(one.key), href: '#' },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            if (event.detail.href !== '#') navigate(event.detail.href);
          }}
        />
      }
      header={
        <Header variant="h1" actions={archived && <FileActions file={archived} />}>
          <span className="long-name">{nameOf(one.key)}</span>
        </Header>
      }
    >
      <SpaceBetween size="l">
        {archived && (
          <Container>
            <KeyValuePairs
              columns={4}
              items={[
                { label: words.file.bucket, value: archived.bucket },
                { label: words.columns.traces, value: formatNumber(archived.traces) },
                { label: words.columns.bytes, value: formatBytes(archived.bytes) },
                { label: words.columns.delivered, value: formatTime(archived.delivery_time, zone) },
                { label: words.columns.proof, value: <Integrity file={archived} /> },
                {
                  label: words.file.encryption,
                  value: archived.kms_id === '' ? texts.common.none : archived.kms_id,
                },
                { label: words.file.sha256, value: <span className="long-name">{archived.sha256}</span> },
              ]}
            />
          </Container>
        )}
        {first.error && <Problem error={first.error} onRetry={first.reload} />}
        {first.loading && !first.value && (
          <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
        )}
        {first.value && pages && (
          <Container
            disableContentPaddings
            footer={
              <SpaceBetween direction="horizontal" size="m" alignItems="center">
                <Box color="text-body-secondary">
                  {words.file.shown(pages.flat().length, first.value.total)}
                </Box>
                <NextPage of={content} text={words.file.more} />
              </SpaceBetween>
            }
          >
            <TraceResults pages={pages} />
          </Container>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
