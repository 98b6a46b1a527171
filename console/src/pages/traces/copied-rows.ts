import type { ClipboardEvent } from 'react';

/** Rows of the list that are copied are lines, with tabs between their cells, as spreadsheets take them. */
export function copyRows(event: ClipboardEvent<HTMLElement>): void {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=row]')]
    .map((row) => ({
      row,
      cells: [...row.children].filter(
        (cell) => !cell.matches('.c-toggle') && selection.containsNode(cell, true),
      ),
    }))
    .filter(({ cells }) => cells.length > 0);
  // Within one cell, or what is unfolded, the text itself is meant.
  if (rows.length === 0 || (rows.length === 1 && rows[0]?.cells.length === 1)) return;
  const lines = rows.map(({ row, cells }) =>
    row.matches('.trace-row') ? cells.map(textOf).join('\t') : row.innerText,
  );
  event.clipboardData.setData('text/plain', lines.join('\n'));
  event.preventDefault();
}

/** Without the shape that says the same as the word beside it. */
function textOf(cell: Element): string {
  const copy = cell.cloneNode(true) as Element;
  for (const shape of copy.querySelectorAll('[aria-hidden]')) shape.remove();
  return (copy.textContent ?? '').trim();
}
