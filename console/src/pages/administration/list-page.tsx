import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import type { Loaded } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { ListTable, type ListTableProps } from './list-table.tsx';

interface Words {
  title: string;
  description: string;
  create: string;
  none: string;
  noneText: string;
}

interface Props<Row> extends Omit<ListTableProps<Row>, 'rows'> {
  words: Words;
  loaded: Loaded<readonly Row[]>;
  /** All that it takes to see the list. */
  roles: readonly string[];
  /** Absent: nothing can be created. */
  onCreate?: (() => void) | undefined;
  /** Action that creating takes; absent: anybody may, or who sees the list. */
  creating?: string;
  /** Why nothing more can be created now. */
  full?: string | undefined;
  /** Stands above the table. */
  children?: ReactNode;
}

/** A list of few things, as administrators keep them, or why it cannot be seen. */
export function ListPage<Row>(props: Props<Row>) {
  const { words, loaded, roles, columns, trackBy, rowActions, children } = props;
  const { value, error, reload } = loaded;
  return (
    <ContentLayout header={<ListHeader {...props} />}>
      <SpaceBetween size="l">
        {error && <Problem error={error} roles={roles} onRetry={reload} />}
        {children}
        {!error && (
          <ListTable
            rows={value}
            columns={columns}
            trackBy={trackBy}
            rowActions={rowActions}
            none={words.none}
            noneText={words.noneText}
          />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

function ListHeader<Row>({ words, loaded, onCreate, creating, full }: Props<Row>) {
  const unless = useUnless();
  const { value, loading, error, reload } = loaded;
  return (
    <Header
      variant="h1"
      description={words.description}
      counter={value && `(${formatNumber(value.length)})`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="refresh" ariaLabel={texts.common.refresh} loading={loading} onClick={reload} />
          {onCreate && !error && (
            <Button
              variant="primary"
              disabled={Boolean(full)}
              disabledReason={full}
              {...(creating ? unless(creating) : {})}
              onClick={onCreate}
            >
              {words.create}
            </Button>
          )}
        </SpaceBetween>
      }
    >
      {words.title}
    </Header>
  );
}
