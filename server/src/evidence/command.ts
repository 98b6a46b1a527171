import { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { OpenCtsError } from '@opencts/client';
import { adviceOn, CONNECTION_HELP, CONNECTION_OPTIONS, Progress } from '../cli/index.ts';
import { ConfigError, readConfig } from '../config.ts';
import { ObjectStoreError } from '../objects/index.ts';
import { program } from '../program.ts';
import type { Finding } from './finding.ts';
import { type NoteKey, readVerifierKey } from './note.ts';
import { openArchive, type Range, UsageError } from './open-archive.ts';
import { together } from './proofs.ts';
import { readPublicKey } from './signing-keys.ts';
import { SourceMissing } from './sources.ts';
import { type Proof, verifyArchive } from './verify.ts';

const HELP = `Usage: ${program()} verify [options] FOLDER
       ${program()} verify [options] --bucket NAME
       ${program()} verify [options] --url URL

Proves that trace files are the ones that were delivered: follows every chain of digest files, and checks their
signatures and links and the hash of every trace file. Needs no running service; with FOLDER, no network.
The first line says what is proved, the others what is not.

FOLDER is a package ("download with proofs") that was unpacked, of which everything is proved: one byte that was
changed in it is tampering. Or it is what a bucket was downloaded to, the folder in which CloudTraces lies; there
the signature of the newest digest of each chain is missing, since it is in the object's metadata: it and its
files are pending.

With --url the archive of a project is read through the service that wrote it, by whoever may read it there; for
encrypted trace files that takes kms:dek:decrypt.

Options:
  --public-key FILE  public key, PEM or Base64 (GET /v3/public-keys tells it), or the verifier key of an evidence
                     log; may be given several times
  --checkpoint FILE  a checkpoint of the evidence log that was kept elsewhere: everything up to it must still be
                     there, and as it was; may be given several times
  --bucket NAME      read a bucket: of OPENCTS_S3_ENDPOINT with OPENCTS_S3_ACCESS_KEY and OPENCTS_S3_SECRET_KEY,
                     or of the data directory OPENCTS_DATA_DIR
${CONNECTION_HELP.replace('(OPENCTS_URL; default http://127.0.0.1:8780)', 'that gives the archive')}
  --from TIME        only digests of hours that end after this time (2026-11-05 or 2026-11-05T12:00:00Z)
  --until TIME       … that begin before this time, up to which everything must be proved; without it, now; of a
                     package both are its own unless they are given
  --all              name the valid files as well
  --json             findings as one JSON object a line, the conclusion last
  --help             print this

Ends with
  0  PROVED: everything in the range, to within two hours of its end or of now
  1  TAMPERING: something was changed, removed or added
  2  a wrong command line, or what is to be proved cannot be reached
  3  NOT PROVED: verification was off, digests are missing at the end, something cannot be read, or nothing is there;
     or NOTHING TO PROVE YET: no digest was written so far
`;

const OPTIONS = {
  'public-key': { type: 'string', multiple: true, default: [] as string[] },
  checkpoint: { type: 'string', multiple: true, default: [] as string[] },
  bucket: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  // As it was called before.
  to: { type: 'string' },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  ...CONNECTION_OPTIONS,
  help: { type: 'boolean', default: false },
} as const;

/** Origin, size and root, an empty line and signatures, of whatever key (C2SP tlog-checkpoint). */
const CHECKPOINT = /^\S[^\n]*\n\d+\n[A-Za-z0-9+/=]+\n(?:[^\n]+\n)*\n(?:\u2014 [^\n]+\n)*$/;

const CODES: Record<Proof['conclusion'], number> = { proved: 0, tampering: 1, unproved: 3 };
/** Chains that are named in the end. */
const MOST_CHAINS = 20;

/** `opencts verify …`. @returns the exit code */
export async function verifyCommand(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const keys = await keysOf(values['public-key'], values.checkpoint);
    const asked = { from: instant('--from', values.from), to: untilOf(values.until, values.to) };
    const lines: string[] = [];
    const onFinding = (finding: Finding) => {
      if (values.json) process.stdout.write(`${JSON.stringify(finding)}\n`);
      else if (values.all || finding.verdict !== 'valid') lines.push(lineOf(finding));
    };
    const archive = await openArchive({ ...values, folder: positionals }, keys.publicKeys, asked, onFinding);
    const { sources, of, range, beside } = archive;
    const proofs = [beside];
    for (const source of sources)
      proofs.push(await verifyArchive({ source, ...keys, ...range, onFinding, onProgress: shown() }));
    const proof = together(proofs);
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ ...proof, kind: 'conclusion' })}\n`);
    } else {
      process.stdout.write(`${sentenceOf(proof, range, of)}\n\n`);
      for (const line of lines) process.stdout.write(line);
      process.stdout.write(summaryOf(proof));
    }
    return CODES[proof.conclusion];
  } catch (error) {
    const told = saidOf(error);
    if (told === undefined) throw error;
    process.stderr.write(`opencts verify: ${told}\n`);
    return 2;
  }
}

/** @returns undefined: it is none that whoever calls can do something about */
function saidOf(error: unknown): string | undefined {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError || error instanceof ConfigError)
    return `${message}; see ${program()} verify --help`;
  if (error instanceof OpenCtsError && (error.status === 401 || error.status === 403))
    return `the service does not give the archive (${error.status}): ${message}`;
  const isKnown =
    error instanceof OpenCtsError || error instanceof ObjectStoreError || error instanceof SourceMissing;
  return isKnown || code === 'ENOENT' ? `${message}${whereLooked(error)}${adviceOn(error)}` : undefined;
}

async function keysOf(files: readonly string[], checkpoints: readonly string[]) {
  const keys = await Promise.all(files.map(readKey));
  const publicKeys = keys.filter((key) => key instanceof KeyObject);
  const logKeys = keys.filter((key): key is NoteKey => !(key instanceof KeyObject));
  const kept = new Map<string, string>();
  for (const file of checkpoints) {
    const text = await readFile(file, 'utf8');
    if (!CHECKPOINT.test(text)) throw new UsageError(`${file} is no checkpoint of an evidence log`);
    kept.set(file, text);
  }
  if (publicKeys.length === 0)
    throw new UsageError(
      logKeys.length > 0
        ? '--public-key names keys of evidence logs alone; the one that signs digests is missing'
        : '--public-key is missing: nothing can be proved without it',
    );
  return { publicKeys, logKeys, kept };
}

function shown(): (done: number, total: number) => void {
  let progress: Progress | undefined;
  return (done, total) => {
    progress ??= new Progress(total, 'files');
    if (done % 20 === 0 || done === total) progress.show(done, '');
    if (done === total) progress.end();
  };
}

function untilOf(until: string | undefined, to: string | undefined): number | undefined {
  return until === undefined ? instant('--to', to) : instant('--until', until);
}

/** What is proved, in one sentence. */
function sentenceOf(
  { conclusion, counts, files, traces, completeTo }: Proof,
  { from, to }: Range,
  of: string | undefined,
): string {
  const begins = of === undefined ? 'From' : `Of the project ${of}, from`;
  const period = `${from === undefined ? `${begins} the beginning` : `${begins} ${said(from)}`} to ${to === undefined ? 'now' : said(to)}`;
  const what = `${counted(files, 'trace file')} with ${counted(traces, 'trace')}`;
  if (conclusion === 'tampering') {
    const wrong = counts.changed + counts.missing + counts.unexpected;
    return `TAMPERING. ${period}: ${wrong} of the trace files and digests ${wrong === 1 ? 'is' : 'are'} not what was delivered and signed; ${what} ${isOrAre(files)}.`;
  }
  const unproved = counts.unproved + counts.unreadable;
  const waiting = `${counted(counts.pending, 'file')} ${counts.pending === 1 ? 'waits' : 'wait'} for a digest, or for its signature`;
  if (completeTo === undefined && counts.pending > 0 && unproved === 0) {
    return `NOTHING TO PROVE YET. ${period}: ${waiting}. Where the tracker has file verification on, the first digest of a trace source follows its first file within a minute.`;
  }
  if (completeTo === undefined && unproved === 0) {
    return `NOT PROVED. ${period}: there are no digest files and no trace files.`;
  }
  if (conclusion === 'unproved') {
    return `NOT PROVED. ${period}: ${counted(unproved, 'finding')} below ${isOrAre(unproved)} without proof, each with its reason; ${what} ${isOrAre(files)} what was delivered.`;
  }
  const complete = completeTo === undefined ? '' : `, none is missing up to ${said(completeTo)}`;
  const rest = counts.pending > 0 ? ` ${waiting}, and ${isOrAre(counts.pending)} not proved yet.` : '';
  return `PROVED. ${period}: ${what} ${isOrAre(files)} what was delivered${complete}; nothing of that was changed.${rest}`;
}

const counted = (count: number, noun: string) =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
const isOrAre = (count: number) => (count === 1 ? 'is' : 'are');

function summaryOf({ counts, chains }: Proof): string {
  const { valid, changed, missing, unexpected } = counts;
  const notes = (['unreadable', 'pending', 'unproved'] as const)
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdict}`);
  const sum = [
    `${valid} valid, ${changed} changed, ${missing} missing, ${unexpected} unexpected`,
    ...notes,
  ].join('; ');
  const newest = [...chains].sort((a, b) => a.end - b.end);
  const told = newest
    .slice(0, MOST_CHAINS)
    .map(({ key, end, ended }) => `  ${said(end)}${ended ? ' (the last one)' : ''}  ${key}\n`);
  const more = newest.length - told.length;
  const head =
    newest.length > 0
      ? `\nNewest digest of each chain, the oldest first${more > 0 ? `; ${more} more` : ''}:\n`
      : '';
  return `${sum}\n${head}${told.join('')}`;
}

const said = (time: number) => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Most often the settings are not those of the service that wrote the bucket. */
function whereLooked(error: unknown): string {
  if (!(error instanceof ObjectStoreError) || error.problem !== 'no-bucket') return '';
  const { s3Endpoint, dataDir } = readConfig(process.env);
  return s3Endpoint
    ? `; it was looked for at ${s3Endpoint} (OPENCTS_S3_ENDPOINT)`
    : `; it was looked for in ${path.resolve(dataDir)} (OPENCTS_DATA_DIR)`;
}

async function readKey(file: string): Promise<KeyObject | NoteKey> {
  const text = await readFile(file, 'utf8');
  try {
    return /^\S+\+[0-9a-f]{8}\+/.test(text) ? readVerifierKey(text) : readPublicKey(text);
  } catch {
    throw new UsageError(`${file} is no public key, neither PEM nor Base64`);
  }
}

function instant(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new UsageError(`${option} is "${text}"; it must be a time such as 2026-11-05T12:00:00Z`);
  return time;
}

const lineOf = ({ verdict, kind, key, reason }: Finding) =>
  `${verdict.padEnd(10)}  ${kind.padEnd(6)}  ${key}${reason ? `\n            ${reason}` : ''}\n`;
