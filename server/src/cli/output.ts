import { textOf, visible } from '@opencts/client';
import { indented } from '@opencts/client/json';

/** What a command answers: rows of a table, one thing, or nothing but that it was done. */
export type Output = Record<string, unknown>[] | Record<string, unknown> | string;

export const FORMATS = ['table', 'json', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** @param columns members that the table shows; JSON shows all */
export function render(output: Output, columns: readonly string[], format: Format): string {
  if (format === 'ndjson' && Array.isArray(output)) return output.map((row) => `${textOf(row)}\n`).join('');
  if (format === 'ndjson') return `${json(output)}\n`;
  if (format === 'json') return `${indented(json(output))}\n`;
  if (typeof output === 'string') return `${output}\n`;
  if (Array.isArray(output)) return table(output, columns);
  const width = Math.max(...Object.keys(output).map((name) => name.length));
  return Object.entries(output)
    .filter(([name]) => name !== 'links')
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}\n`)
    .join('');
}

function json(output: Output): string {
  if (typeof output === 'string') return JSON.stringify({ message: output });
  // Traces as they were sent, to the last digit.
  return Array.isArray(output) ? `[${output.map(textOf).join(',')}]` : JSON.stringify(output);
}

function table(rows: Record<string, unknown>[], columns: readonly string[]): string {
  if (rows.length === 0) return 'none\n';
  const lines = [columns.map(String), ...rows.map((row) => columns.map((name) => cell(row[name])))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((text, at) => text.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A row by itself, where the next ones are not known yet. */
export const line = (row: Record<string, unknown>, columns: readonly string[]): string =>
  `${columns
    .map((name) => cell(row[name]))
    .filter((text) => text !== '')
    .join('  ')}\n`;

/** What a terminal would obey is shown instead. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' && value > 1e12) return new Date(value).toISOString();
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return visible(text.replace(/[\t\n\r]+/g, ' '));
}
