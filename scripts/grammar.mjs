// Makes the parser of the query language out of its grammar, where it is out of date.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import peggy from 'peggy';

const folder = path.resolve(import.meta.dirname, '../client/src/query');
const grammar = path.join(folder, 'grammar.peggy');
const parser = path.join(folder, 'grammar.ts');

/** Writes `grammar.ts`; what it holds is typed by `parse.ts`, its only reader. */
export function buildGrammar() {
  if (existsSync(parser) && statSync(parser).mtimeMs > statSync(grammar).mtimeMs) return;
  const source = peggy.generate(readFileSync(grammar, 'utf8'), {
    output: 'source',
    format: 'es',
    // No text takes more than linear time.
    cache: true,
    grammarSource: 'grammar.peggy',
  });
  writeFileSync(parser, `// @ts-nocheck: generated from grammar.peggy\n${source}`);
}

if (process.argv[1] === import.meta.filename) buildGrammar();
