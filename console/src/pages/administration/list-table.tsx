import { useCollection } from '@cloudscape-design/collection-hooks';
import Button from '@cloudscape-design/components/button';
import Pagination from '@cloudscape-design/components/pagination';
import TextFilter, { type TextFilterProps } from '@cloudscape-design/components/text-filter';
import type { ReactNode } from 'react';
import { Listing } from '../../listing.tsx';
import { Nothing } from '../../nothing.tsx';
import { texts } from '../../texts/index.ts';
import { type Column, definitionOf, holds } from './columns.tsx';

const words = texts.administration.list;
const PAGE = 50;

export interface ListTableProps<Row> {
  /** Undefined: not loaded yet. */
  rows: readonly Row[] | undefined;
  columns: readonly Column<Row>[];
  /** Member that is another in every row. */
  trackBy: string & keyof Row;
  /** What can be done with a row. */
  rowActions: (row: Row) => ReactNode;
}

interface Empty {
  none: string;
  noneText: string;
}

/** Rows that are all here already: filtered, sorted and turned in the browser. */
export function ListTable<Row>({
  rows,
  columns,
  trackBy,
  rowActions,
  none,
  noneText,
}: ListTableProps<Row> & Empty) {
  const { items, actions, collectionProps, filterProps, filteredItemsCount, paginationProps } = useCollection(
    rows ?? [],
    {
      filtering: {
        empty: <Nothing title={none}>{noneText}</Nothing>,
        noMatch: (
          <Nothing title={words.noMatch}>
            <Button onClick={() => actions.setFiltering('')}>{words.clear}</Button>
          </Nothing>
        ),
        filteringFunction: (row, text) => holds(columns, row, text),
      },
      sorting: {},
      pagination: { pageSize: PAGE },
    },
  );
  const searchable = filterProps.filteringText !== '' || (rows?.length ?? 0) > 1;
  return (
    <Listing
      table={{ ...collectionProps, stickyColumns: { last: 1 } }}
      empty={collectionProps.empty}
      items={items}
      trackBy={trackBy}
      loading={!rows}
      loadingText={texts.common.loading}
      filter={searchable && <Filter {...filterProps} count={filteredItemsCount} />}
      pagination={paginationProps.pagesCount > 1 && <Pagination {...paginationProps} />}
      columnDefinitions={[
        ...columns.map(definitionOf),
        { id: 'actions', header: texts.common.actions, minWidth: 110, cell: rowActions },
      ]}
    />
  );
}

interface FilterProps extends TextFilterProps {
  /** How many rows are found. */
  count: number | undefined;
}

function Filter({ count = 0, ...props }: FilterProps) {
  return (
    <TextFilter
      {...props}
      filteringPlaceholder={words.find}
      filteringAriaLabel={words.find}
      filteringClearAriaLabel={words.clear}
      countText={props.filteringText === '' ? '' : words.matches(count)}
    />
  );
}
