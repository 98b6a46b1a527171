import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { walk } from '../../api/archive.ts';
import type { ArchiveFile, ArchiveFolder } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatBytes } from '../../files.ts';
import { Listing } from '../../listing.tsx';
import { NextPage } from '../../next-page.tsx';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { nextOf, type Page, usePages } from '../../use-pages.ts';
import { useUnless } from '../../use-unless.ts';
import { FileActions, Integrity } from './file-parts.tsx';
import { PublicKeys } from './public-keys.tsx';

const words = texts.archive;

const addressOf = (prefix: string) =>
  prefix === '' ? '/archive' : `/archive?path=${encodeURIComponent(prefix)}`;
/** The address of the page that shows the traces of a file. */
const fileAddress = ({ bucket, key }: ArchiveFile) => `/archive/file?${new URLSearchParams({ bucket, key })}`;

interface Part extends Page<ArchiveFile> {
  folders: ArchiveFolder[];
}

/** Walks the trace files, folder by folder. */
export default function ArchivePage() {
  const unless = useUnless();
  const { api, zone } = useConsole();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const prefix = parameters.get('path') ?? '';
  const [keysOpen, setKeysOpen] = useState(false);
  const load = async (before: string, signal?: AbortSignal): Promise<Part> => {
    const { files, folders, marker } = await walk(api, prefix, before, signal);
    return { items: files, folders, next: nextOf(marker, load) };
  };
  const list = usePages((signal) => load('', signal), prefix);
  const { value, loading, error, reload } = list.first;
  const files = list.pages?.flat() ?? [];
  const goTo = (target: string) => (event: { preventDefault(): void }) => {
    event.preventDefault();
    navigate(target);
  };

  const parts = prefix.split('/').filter((part) => part !== '');
  const crumbs = parts.map((part, index) => ({
    text: part,
    href: addressOf(`${parts.slice(0, index + 1).join('/')}/`),
  }));
  const level = words.levels[parts.length] || words.columns.name;
  const empty = value && value.folders.length === 0 && files.length === 0;

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[{ text: words.root, href: '/archive' }, ...crumbs]}
          onFollow={(event) => {
            event.preventDefault();
            navigate(event.detail.href);
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
                loading={loading}
                onClick={reload}
              />
              <Button onClick={() => navigate('/archive/proofs')}>{words.proofs.title}</Button>
              <Button onClick={() => setKeysOpen(true)}>{words.publicKeys}</Button>
              <Button variant="primary" iconName="search" onClick={() => navigate('/search')}>
                {words.search}
              </Button>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error && <Problem error={error} onRetry={reload} />}
        {loading && !value && <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>}
        {empty && (
          <Box textAlign="center" padding="xxl">
            <SpaceBetween size="s" alignItems="center">
              <Box variant="h3">{words.empty}</Box>
              <Box color="text-body-secondary">{words.emptyText}</Box>
              <Button {...unless('cts:tracker:update')} onClick={() => navigate('/trackers')}>
                {words.toTrackers}
              </Button>
            </SpaceBetween>
          </Box>
        )}
        {value && value.folders.length > 0 && (
          <Listing<ArchiveFolder>
            items={value.folders}
            trackBy="name"
            header={
              <Header variant="h2" counter={`(${formatNumber(value.folders.length)})`}>
                {words.folders}
              </Header>
            }
            columnDefinitions={[
              {
                id: 'name',
                header: level,
                isRowHeader: true,
                cell: ({ name }) => (
                  <Link href={addressOf(prefix + name)} onFollow={goTo(addressOf(prefix + name))}>
                    {name.slice(0, -1)}
                  </Link>
                ),
              },
              { id: 'files', header: words.columns.files, cell: (folder) => formatNumber(folder.files) },
              { id: 'traces', header: words.columns.traces, cell: (folder) => formatNumber(folder.traces) },
              { id: 'bytes', header: words.columns.bytes, cell: (folder) => formatBytes(folder.bytes) },
            ]}
          />
        )}
        {files.length > 0 && (
          <Listing<ArchiveFile>
            items={files}
            trackBy="key"
            header={
              <Header variant="h2" counter={`(${formatNumber(files.length)}${list.more ? '+' : ''})`}>
                {words.files}
              </Header>
            }
            footer={
              list.more && (
                <Box textAlign="center">
                  <NextPage of={list} text={words.more} />
                </Box>
              )
            }
            columnDefinitions={[
              {
                id: 'name',
                header: words.columns.name,
                isRowHeader: true,
                minWidth: 320,
                cell: (file) => (
                  <Link href={fileAddress(file)} onFollow={goTo(fileAddress(file))}>
                    {file.key.slice(prefix.length)}
                  </Link>
                ),
              },
              { id: 'traces', header: words.columns.traces, cell: (file) => formatNumber(file.traces) },
              { id: 'bytes', header: words.columns.bytes, cell: (file) => formatBytes(file.bytes) },
              {
                id: 'delivered',
                header: words.columns.delivered,
                minWidth: 220,
                cell: (file) => formatTime(file.delivery_time, zone),
              },
              {
                id: 'proof',
                header: words.columns.proof,
                minWidth: 190,
                cell: (file) => <Integrity file={file} />,
              },
              {
                id: 'actions',
                header: words.columns.actions,
                minWidth: 110,
                cell: (file) => <FileActions file={file} />,
              },
            ]}
          />
        )}
      </SpaceBetween>
      {keysOpen && <PublicKeys onClose={() => setKeysOpen(false)} />}
    </ContentLayout>
  );
}
