import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { python } from './clients.ts';
import { type Block, blocksOf, checkSyntax, cloneIn, ROOT, Shell } from './docs-shell.ts';
import { type How, NPM_CI, PAGES } from './docs-table.ts';
import { removeDirectory, temporaryDirectory } from './harness.ts';

/*
 * Every block of the pages is pasted as it is printed, page by page, into a shell in a clone, as a reader does. What
 * cannot be is listed in `docs-table.ts` with the reason, and read by `bash -n`. Ports alone are others.
 */
const RUN = ['sh', 'js', 'python', 'json'];

let directory: string;
let clone: string;
let ports: { service: number; receiver: number };
/** What is to end behind a page, the last one first. */
const open: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
  clone = cloneIn(directory);
  ports = { service: await freePort(), receiver: await freePort() };
});
afterEach(async () => {
  for (const end of open.splice(0).reverse()) await end();
  await removeDirectory(directory);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const here = (text: string) =>
  text.replaceAll('127.0.0.1:8780', `127.0.0.1:${ports.service}`).replaceAll('9099', String(ports.receiver));

/** A terminal in the clone; it knows of the port, and of nothing else. */
function terminal(): Shell {
  const shell = new Shell(clone, {
    PATH: process.env.PATH,
    HOME: directory,
    OPENCTS_PORT: String(ports.service),
    // Where the commands look for it that are not told.
    OPENCTS_URL: `http://127.0.0.1:${ports.service}`,
    OPENCTS_LOG_LEVEL: 'warn',
  });
  open.push(() => shell.end());
  return shell;
}

/** The service of the quick start. */
async function service(): Promise<void> {
  const start = printed('docs/quick-start.md', 'npm start')
    .replace(...NPM_CI)
    .replace('CYCLE=10', 'CYCLE=1');
  await terminal().leave(start, / is ready: /);
}

/** The block of a page that holds a text. */
function printed(page: string, holds: string): string {
  const found = blocksOf(page).filter(({ text }) => text.includes(holds));
  expect(found, `blocks of ${page} with ${holds}`).toHaveLength(1);
  return here(found[0]?.text ?? '');
}

/** A program of another language becomes the command that runs it. */
async function commandOf({ language, text }: Block): Promise<string> {
  if (language === 'sh') return here(text);
  const file = language === 'js' ? 'block.mjs' : 'block.py';
  await writeFile(path.join(clone, file), here(text));
  return language === 'js' ? `node ${file}` : `${python} ${file}`;
}

/** A text with what stands in the place of what only its reader has. */
function replaced(text: string, how: How | undefined): string {
  let now = text;
  for (const [one, another] of how?.instead ?? []) {
    expect(now).toContain(one);
    now = now.replaceAll(one, here(another));
  }
  return now;
}

/** A block that is a file, by the program that knows such files. */
async function checkFile({ text }: Block, how: How): Promise<void> {
  const { file, by } = how.check as NonNullable<How['check']>;
  const [program, ...args] = by;
  await writeFile(path.join(clone, file), replaced(text, how));
  const { status, stderr, error } = spawnSync(program, [...args, file], { cwd: clone, encoding: 'utf8' });
  if (error) console.warn(`skipped: there is no ${program} to check ${file}`);
  else expect(status, stderr).toBe(0);
}

const pages = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].filter((page) => page !== 'docs/clients.md' && blocksOf(page).length > 0);

test('the table names pages and blocks that are there', () => {
  for (const [page, { blocks = [] }] of Object.entries(PAGES)) {
    expect(pages).toContain(page);
    for (const { holds } of blocks) printed(page, holds);
  }
});

test.each(pages)('%s works as it is printed', async (page) => {
  const { starts = false, before, blocks: table = [] } = PAGES[page] ?? {};
  await mkdir(path.join(clone, 'FOLDER'));
  await writeFile(path.join(clone, 'FOLDER/records.json'), RECORDS);
  if (!starts) await service();
  const shell = terminal();
  const pasted = async (text: string) => {
    const { code, output } = await shell.paste(text);
    expect(code, `${text}\n${output}`).toBe(0);
  };
  if (!starts) {
    await pasted(printed('docs/quick-start.md', 'export PATH='));
    await pasted('opencts trackers enable-cts');
    await pasted(printed('docs/api.md', 'TOKEN='));
  }
  if (before) await pasted(here(before));
  let last = '';
  let left: Shell | undefined;
  let later: RegExp | undefined;
  for (const block of blocksOf(page)) {
    const at = `${page}:${block.line}`;
    const how = table.find(({ holds }) => block.text.includes(holds));
    if (block.language === 'sh') checkSyntax(block);
    if (how?.not !== undefined) continue;
    if (how?.check) {
      await checkFile(block, how);
      continue;
    }
    expect(RUN, `${at} is in a language that nothing here runs, and is not listed`).toContain(block.language);
    if (block.language === 'json') {
      expect(JSON.parse(last.trim().split('\n').at(-1) ?? ''), at).toEqual(JSON.parse(block.text));
      continue;
    }
    if (block.language === 'python' && !python) continue;
    const text = replaced(await commandOf(block), how);
    if (how?.ready) {
      left = terminal();
      later = how.later;
      await left.leave(text, how.ready);
      continue;
    }
    if (how?.after) await left?.says(how.after);
    const { code, output } = await shell.paste(text);
    expect(code, `${at}\n${output}`).toBe(how?.code ?? 0);
    expect(output, at).not.toMatch(/error_code|command not found|\n {4}at /);
    if (how?.says) expect(output, at).toMatch(how.says);
    last = output;
  }
  if (later) await left?.says(later);
});

const RECORDS = JSON.stringify({
  Records: [
    {
      eventID: '7f6a3f2e-0f0e-4c3a-9a55-1f5f3b0c5d11',
      eventName: 'RunInstances',
      eventSource: 'ec2.amazonaws.com',
      eventTime: '2026-01-28T10:00:00Z',
      userIdentity: { type: 'IAMUser', userName: 'jane', accountId: '111122223333' },
    },
  ],
});
