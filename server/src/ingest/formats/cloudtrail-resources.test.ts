import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { RESOURCE_RULES } from './cloudtrail-resources.ts';

const DOCUMENT = path.resolve(import.meta.dirname, '../../../..', 'docs/reference/cloudtrail-resources.md');

test('the table of the reference says of each operation what the code does', () => {
  const rows = readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replaceAll(/ +\|/g, ' |').replaceAll(/\| +/g, '| '));
  const names = (all: string[]) => all.map((one) => `\`${one}\``).join(', ') || '–';
  const wanted = RESOURCE_RULES.map(
    ({ service, operations, type, id, name }) =>
      `| \`${service}\` | ${names(operations)} | \`${type}\` | ${names(id)} | ${names(name)} |`,
  );
  expect(rows).toEqual(wanted);
});

test('no operation has two rules', () => {
  const all = RESOURCE_RULES.flatMap(({ service, operations }) =>
    operations.map((one) => `${service} ${one}`),
  );
  expect(all.filter((one, place) => all.indexOf(one) !== place)).toEqual([]);
});
