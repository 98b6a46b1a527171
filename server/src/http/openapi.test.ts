import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../testing/house.ts';

const GENERATOR = path.resolve(import.meta.dirname, '../../../client/scripts/types.mjs');
const TYPES = path.resolve(import.meta.dirname, '../../../client/src/api.ts');
const house = new House();
// biome-ignore lint/suspicious/noExplicitAny: a whole OpenAPI document
let document: any;

beforeAll(async () => {
  await house.start();
  document = (await house.call('GET', '/openapi.json')).body;
}, 60_000);
afterAll(() => house.stop());

test('every route is documented, with a summary and what it answers', () => {
  const undocumented: string[] = [];
  for (const { method, url } of house.app.routes) {
    if (method === 'HEAD' || /^\/(console|docs|openapi\.json)/.test(url)) continue;
    const name = url.replaceAll(/:([a-z_]+)(\([^)]*\))?/g, '{$1}');
    const operation = document.paths[name]?.[method.toLowerCase()];
    if (!operation?.summary) undocumented.push(`${method} ${url}: no summary`);
  }
  expect(undocumented).toEqual([]);
  expect(document.openapi).toBe('3.1.0');
});

test('the page that shows it is there', async () => {
  const { status, body, headers } = await house.call('GET', '/docs/');
  expect(status).toBe(200);
  expect(body).toContain('swagger-ui');
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
});

test("the client's types are those of the service (npm run api writes them anew)", async () => {
  const generated = execFileSync(process.execPath, [GENERATOR], {
    input: JSON.stringify(document),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (process.env.OPENCTS_WRITE_API) await writeFile(TYPES, generated);
  expect(await readFile(TYPES, 'utf8')).toBe(generated);
}, 30_000);

test('the console is handed out compressed to whoever takes it so', async () => {
  const page = (accept: string) =>
    fetch(`${house.app.url}/console/`, { headers: { 'accept-encoding': accept } });
  const compressed = await page('br');
  expect(compressed.headers.get('content-encoding')).toBe('br');
  expect(compressed.headers.get('vary')).toBe('accept-encoding');
  const plain = await page('identity');
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await compressed.text()).toBe(await plain.text());
});
