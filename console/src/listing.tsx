import Cards, { type CardsProps } from '@cloudscape-design/components/cards';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useNarrow } from './use-narrow.ts';

/** Needs less, in pixels: two stand beside each other on a phone. */
const HALF = 150;

type Shared =
  | 'items'
  | 'trackBy'
  | 'loading'
  | 'loadingText'
  | 'header'
  | 'filter'
  | 'empty'
  | 'pagination'
  | 'footer'
  | 'columnDefinitions'
  | Selection;

type Selection = 'selectionType' | 'selectedItems' | 'onSelectionChange';

interface Props<Row> extends Pick<TableProps<Row>, Shared> {
  /** What only a table has, such as sorting. */
  table?: Partial<TableProps<Row>>;
  /** Where rows can be chosen. */
  selectionLabels?: SelectionLabels<Row>;
}

interface SelectionLabels<Row> {
  group: string;
  row: (row: Row) => string;
}

/** Rows of a table, or cards where a table would be cut: the first column is the head of a card. */
export function Listing<Row>({ table, selectionLabels, ...shared }: Props<Row>) {
  const ariaLabels = selectionLabels && {
    selectionGroupLabel: selectionLabels.group,
    allItemsSelectionLabel: () => selectionLabels.group,
    itemSelectionLabel: (_: unknown, row: Row) => selectionLabels.row(row),
  };
  return useNarrow() ? (
    <Stack {...shared} ariaLabels={ariaLabels} />
  ) : (
    <Table<Row> wrapLines {...table} {...shared} ariaLabels={ariaLabels} />
  );
}

interface StackProps<Row> extends Pick<TableProps<Row>, Shared> {
  ariaLabels: CardsProps.AriaLabels<Row> | undefined;
}

function Stack<Row>({ footer, columnDefinitions, ...shared }: StackProps<Row>) {
  const [head, ...others] = columnDefinitions;
  return (
    <SpaceBetween size="s">
      <Cards<Row>
        {...shared}
        cardsPerRow={[{ cards: 1 }]}
        cardDefinition={{
          header: head?.cell,
          sections: [{ id: 'fields', content: (row) => <CardFields row={row} columns={others} /> }],
        }}
      />
      {footer}
    </SpaceBetween>
  );
}

interface CardFieldsProps<Row> {
  row: Row;
  columns: readonly TableProps.ColumnDefinition<Row>[];
}

function CardFields<Row>({ row, columns }: CardFieldsProps<Row>) {
  return (
    <dl className="card-fields">
      {columns.map(({ id, header, cell, minWidth }) => (
        <div key={id} className={Number(minWidth ?? 0) > HALF ? 'field wide' : 'field'}>
          <dt>{header}</dt>
          <dd>{cell(row)}</dd>
        </div>
      ))}
    </dl>
  );
}
