import type { TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { language } from '../../settings.ts';
import { formatTime, type Zone } from '../../time.ts';

const LONGEST_WORD = 40;

export interface Column<Row> {
  id: string;
  header: string;
  /** What rows are found by, and sorted by where `order` is absent. */
  text: (row: Row) => string;
  order?: (row: Row) => number;
  /** In pixels, so that words stay whole on a phone. */
  minWidth?: number;
  /** What is shown in place of the text. */
  cell?: (row: Row) => ReactNode;
}

interface TimeColumn<Row> {
  id: string;
  header: string;
  zone: Zone;
  /** Epoch ms; undefined: never. */
  timeOf: (row: Row) => number | undefined;
  never?: string;
}

export function timeColumn<Row>({ id, header, zone, timeOf, never = '' }: TimeColumn<Row>): Column<Row> {
  return {
    id,
    header,
    text: (row) => {
      const time = timeOf(row);
      return time === undefined ? never : formatTime(time, zone);
    },
    order: (row) => timeOf(row) ?? 0,
    minWidth: 150,
  };
}

/** Whether any cell of a row holds the text, in upper or lower case. */
export function holds<Row>(columns: readonly Column<Row>[], row: Row, wanted: string): boolean {
  const lower = wanted.trim().toLocaleLowerCase(language());
  return columns.some(({ text }) => text(row).toLocaleLowerCase(language()).includes(lower));
}

/** Words stay whole; only one that is longer than any word is broken. */
function Text({ children }: { children: string }) {
  const isLong = children.split(/\s/).some(({ length }) => length > LONGEST_WORD);
  return isLong ? <span className="any-break">{children}</span> : children;
}

/** As the table takes it; the first column names the row. */
export function definitionOf<Row>(column: Column<Row>, index: number): TableProps.ColumnDefinition<Row> {
  const { id, header, text, order, minWidth = 110, cell } = column;
  return {
    id,
    header,
    cell: cell ?? ((row) => <Text>{text(row)}</Text>),
    minWidth,
    isRowHeader: index === 0,
    // The table knows the sorted column again by it.
    sortingField: id,
    sortingComparator: order
      ? (one, other) => order(one) - order(other)
      : (one, other) => text(one).localeCompare(text(other), language(), { numeric: true }),
  };
}
