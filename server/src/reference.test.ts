import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const REFERENCE = 'docs/reference';
const SOURCE = 'server/src';
/** Text that is written for the documentation is checked by its links; a package's lock file names pages of others. */
const NO_CODE = /\.(?:md|json|svg|png|gz|sum)$/;
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'docs', 'test-results']);

const SECTIONS = String.raw`(?:,? (?:and )?\d+(?:\.\d+)?(?![\w%]))*`;
/** The name of a page, and the sections that are named behind it. */
const CITE = new RegExp(String.raw`([\w./-]+\.md)(?!\w|\.\w)(?:\`?,?(${SECTIONS}))`, 'g');
/** The same as a link in Markdown. */
const LINK = new RegExp(String.raw`\]\(([\w./-]+)(?:#[\w-]+)?\)(${SECTIONS})`, 'g');

/** @returns every name of a page in a text with each of its sections, or with none */
function namedIn(text: string, form: RegExp): { page: string; section?: string }[] {
  const oneLine = text.replaceAll(/\s*\n\s*(?:\*|\/\/|#)?\s*/g, ' ');
  return [...oneLine.matchAll(form)].flatMap(([, page = '', sections = '']) => {
    const named = sections.match(/\d+(?:\.\d+)?/g) ?? [];
    return named.length > 0 ? named.map((section) => ({ page, section })) : [{ page }];
  });
}

/** @param from folder that names of pages begin at. @returns names that lead nowhere */
function broken(text: string, form: RegExp, from = ''): string[] {
  return namedIn(text, form)
    .filter(({ page, section }) => {
      const file = path.join(ROOT, from, page);
      if (!existsSync(file)) return true;
      if (section === undefined || !page.endsWith('.md') || path.dirname(file) !== path.join(ROOT, REFERENCE))
        return false;
      return !new RegExp(`^#{2,3} ${section.replace('.', String.raw`\.`)}\\.? `, 'm').test(
        readFileSync(file, 'utf8'),
      );
    })
    .map(({ page, section }) => [page, section].filter(Boolean).join(' '));
}

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory() && !NOT_OURS.has(entry.name)) yield* filesIn(name);
    else if (entry.isFile()) yield name;
  }
}

const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');

test.each([
  ['a page that is not in the repository', 'see `elsewhere.md` 2', ['elsewhere.md 2']],
  ['a page without its folder', '(smn-api.md)', ['smn-api.md']],
  ['a section that there is not', '`docs/reference/smn-api.md` 2, 99', ['docs/reference/smn-api.md 99']],
  ['one behind a line break', '`docs/reference/cts-api.md` 5.1,\n * 5.9)', ['docs/reference/cts-api.md 5.9']],
  ['nothing that is wrong', 'what `docs/reference/cts-api.md` 5.1, 3 says, and `docs/limits.md`', []],
  ['nothing that only looks like a page', 'forge.md.sha256, file.md5', []],
])('%s is found', (_, text, found) => {
  expect(broken(text, CITE)).toEqual(found);
});

test('every page and section of the documentation that code names is there', () => {
  const problems = [...filesIn('.')]
    .filter((name) => !NO_CODE.test(name) && path.basename(name) !== path.basename(import.meta.filename))
    .flatMap((name) => broken(read(name), CITE).map((what) => `${name}: ${what}`));
  expect(problems).toEqual([]);
});

test('every link of the documentation leads to a page, and to a section of the reference that is there', () => {
  const problems = ['README.md', 'CONTRIBUTING.md', ...filesIn('docs')]
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) =>
      broken(read(name).replaceAll(/```.*?```/gs, ''), LINK, path.dirname(name)).map(
        (what) => `${name}: ${what}`,
      ),
    );
  expect(problems).toEqual([]);
});

/** Code that is named with its folder, from the top of the repository or from the source. */
const CODE_PATH = /`([\w.-]+\/[\w./-]+\.[cm]?[jt]sx?)`/g;

test('every file of code that the documentation names is there', () => {
  const problems = ['README.md', 'CONTRIBUTING.md', ...filesIn('docs')]
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => [...read(name).matchAll(CODE_PATH)].map(([, file = '']) => ({ name, file })))
    .filter(({ file }) => !['', SOURCE].some((from) => existsSync(path.join(ROOT, from, file))));
  expect(problems).toEqual([]);
});

test('every folder of the source has its row in the architecture, and every row its folder', () => {
  const rows = read('docs/architecture.md').matchAll(/^\| (`[^|]*\/`(?:, `[^|]*\/`)*) +\|/gm);
  const told = [...rows].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)\/`/g)].map(([, name]) => name),
  );
  const folders = readdirSync(path.join(ROOT, SOURCE), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(told.filter((name = '') => !name.includes('/')).sort()).toEqual(folders.sort());
  expect(told.filter((name = '') => !existsSync(path.join(ROOT, SOURCE, name)))).toEqual([]);
});
