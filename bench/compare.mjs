// npm run bench:compare -- REF [SECTION…] [--rounds N]: the working tree beside an earlier commit, in turns, since
// the machine's speed drifts. Prints the medians of every rate (…/s) and their ratio.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, rows: { type: 'string' } },
});
const [ref, ...named] = positionals;
if (!ref) throw new Error('name a commit: npm run bench:compare -- HEAD~10');
const sections = named.length > 0 ? named : ['ingest', 'archive', 'notify'];

const here = path.resolve(import.meta.dirname, '..');
const there = path.join(mkdtempSync(path.join(os.tmpdir(), 'opencts-compare-')), 'tree');
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

/** Rates by what was measured. */
function measure(tree) {
  const flags = ['--quick', ...(values.rows ? ['--rows', values.rows] : [])];
  const { status } = spawnSync(process.execPath, [path.join(tree, 'bench/run.mjs'), ...sections, ...flags], {
    cwd: tree,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`the benchmark of ${tree} ended with ${status}`);
  const folder = path.join(tree, 'bench/results');
  const newest = readdirSync(folder).sort().at(-1);
  const results = JSON.parse(readFileSync(path.join(folder, newest), 'utf8'));
  return results.flatMap(({ section, what, figure, peer }) => {
    const rate = /^([\d,.]+) \/s/.exec(String(figure))?.[1];
    return rate && peer !== 'PostgreSQL' ? [[`${section}: ${what}`, Number(rate.replaceAll(',', ''))]] : [];
  });
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

run('git', ['worktree', 'add', '--detach', there, ref], here);
try {
  run('npm', ['ci', '--no-audit', '--no-fund'], there);
  for (const tree of [there, here]) run('npm', ['run', 'build'], tree);
  const rates = new Map();
  for (let round = 0; round < Number(values.rounds); round++) {
    // Whoever is measured second finds a warmer machine: the order changes.
    const order = round % 2 === 0 ? [there, here] : [here, there];
    for (const tree of order) {
      for (const [what, rate] of measure(tree)) {
        const row = rates.get(what) ?? { before: [], after: [] };
        row[tree === there ? 'before' : 'after'].push(rate);
        rates.set(what, row);
      }
    }
  }
  const count = (value) => `${Math.round(value).toLocaleString('en')} /s`;
  process.stdout.write(`\nmedians of ${values.rounds}: ${ref} and the working tree\n`);
  for (const [what, { before, after }] of rates) {
    if (before.length === 0 || after.length === 0) continue;
    const [was, is] = [median(before), median(after)];
    process.stdout.write(
      `  ${what.padEnd(70)} ${count(was).padStart(14)} ${count(is).padStart(14)} ${((is / was) * 100).toFixed(0).padStart(5)} %\n`,
    );
  }
} finally {
  run('git', ['worktree', 'remove', '--force', there], here);
  rmSync(path.dirname(there), { recursive: true, force: true });
}
