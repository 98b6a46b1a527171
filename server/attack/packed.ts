import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './clients.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Packs `@opencts/client` and installs it from its tarball, as a stranger would, in a folder that is empty. */
export function installPacked(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const packed = run('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: path.join(ROOT, 'client'),
  });
  const tarball = packed.trim().split('\n').at(-1) as string;
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--omit=dev', `./${tarball}`], {
    cwd: folder,
  });
}
