import type { House } from '../../testing/house.ts';
import { importCommand } from '../index.ts';

/** `opencts import …` in this process, into the service of a house. @returns exit code, and what it wrote */
export async function opencts(
  house: House,
  args: readonly string[],
  env: Record<string, string>,
  onTold: (text: string) => void = () => undefined,
) {
  const told = { out: '', err: '' };
  const before = { out: process.stdout.write, err: process.stderr.write };
  const into = (stream: 'out' | 'err') =>
    ((text: string) => {
      told[stream] += text;
      onTold(text);
      return true;
    }) as typeof process.stdout.write;
  process.stdout.write = into('out');
  process.stderr.write = into('err');
  // What only tests know is no setting.
  for (const name of Object.keys(process.env)) if (name.startsWith('OPENCTS_TEST_')) delete process.env[name];
  Object.assign(process.env, { OPENCTS_URL: house.app.url, ...env });
  try {
    return { code: await importCommand([...args]), ...told };
  } finally {
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    for (const name of ['OPENCTS_URL', ...Object.keys(env)]) delete process.env[name];
  }
}
