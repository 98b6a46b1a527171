// Builds what is out of date: the client and the server with tsc (incremental), the console with Vite.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { buildGrammar } from './grammar.mjs';
import { buildManual } from './manual.mjs';

const root = path.resolve(import.meta.dirname, '..');
const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: 'inherit' });

/** The newest modification time (ms) of the files below a path; 0 when it does not exist. */
function newest(target) {
  if (!existsSync(target)) return 0;
  const stat = statSync(target);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(target).map((name) => newest(path.join(target, name))));
}

/** Lays compressed copies beside files that browsers fetch; the service hands them out. */
function compress(directory) {
  for (const name of readdirSync(directory, { recursive: true })) {
    if (!/\.(js|css|svg|html)$/.test(name)) continue;
    const file = path.join(directory, name);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

if (!existsSync(path.join(root, 'server/dist'))) {
  console.log('Building OpenCTS. The first time, this takes up to a minute.');
}
buildGrammar();
run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b']);

const consoleDir = path.join(root, 'console');
// It is made of parts of the client, too.
const inputs = ['src', 'index.html', 'vite.config.ts', 'package.json', 'public', '../client/src'];
const built = newest(path.join(consoleDir, 'dist/index.html'));
if (Math.max(...inputs.map((name) => newest(path.join(consoleDir, name)))) > built) {
  run(
    process.execPath,
    [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    consoleDir,
  );
  compress(path.join(consoleDir, 'dist'));
}

const docs = path.join(root, 'docs');
const manual = path.join(consoleDir, 'dist/manual');
const made = newest(path.join(manual, 'index.html'));
if (
  Math.max(
    newest(docs),
    ...['manual.mjs', 'manual.css'].map((name) => newest(path.join(root, 'scripts', name))),
  ) > made
) {
  buildManual(docs, manual);
  compress(manual);
}
