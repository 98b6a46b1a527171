import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../config.ts';
import { Progress } from '../import/index.ts';
import { DirectoryStore, ObjectStoreError, openS3 } from '../objects/index.ts';
import { readPublicKey } from './signing-keys.ts';
import { bucketSource, folderSource } from './sources.ts';
import { type ArchiveSource, type Finding, verifyArchive } from './verify.ts';

const HELP = `Usage: opencts verify [options] FOLDER
       opencts verify [options] --bucket NAME

Proves that trace files are those that were delivered: follows every chain of digest files, checks their
signatures and links, and the hash of every trace file. Needs no running service; with FOLDER, no network.

FOLDER is what a bucket was downloaded to, the folder in which CloudTraces lies. There the signature of the
newest digest of each chain is missing, since it is in the object's metadata: it and its files are pending.

Options:
  --public-key FILE  public key, PEM or Base64 (GET /v3/public-keys tells it); may be given several times
  --bucket NAME      read a bucket: of OPENCTS_S3_ENDPOINT with OPENCTS_S3_ACCESS_KEY and OPENCTS_S3_SECRET_KEY,
                     or of the data directory OPENCTS_DATA_DIR
  --from TIME        only digests of hours that end after this time (2026-11-05 or 2026-11-05T12:00:00Z)
  --to TIME          … that begin before this time
  --all              name the valid files as well
  --json             findings as one JSON object a line
  --help             print this

Ends with 0 when nothing is wrong, 1 when something was changed, removed, added or cannot be read, 2 for a wrong
command line.
`;

const OPTIONS = {
  'public-key': { type: 'string', multiple: true, default: [] as string[] },
  bucket: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

class UsageError extends Error {}

/** `opencts verify …`. @returns the exit code */
export async function verifyCommand(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const source = await sourceOf(values.bucket, positionals);
    const publicKeys = await Promise.all(values['public-key'].map(readKey));
    if (publicKeys.length === 0)
      throw new UsageError('--public-key is missing: nothing can be proved without it');
    const range = { from: instant('--from', values.from), to: instant('--to', values.to) };
    const show = (finding: Finding) => {
      if (values.json) process.stdout.write(`${JSON.stringify(finding)}\n`);
      else if (values.all || finding.verdict !== 'valid') process.stdout.write(lineOf(finding));
    };
    let progress: Progress | undefined;
    const counts = await verifyArchive({
      source,
      publicKeys,
      ...range,
      onFinding: show,
      onProgress: (done, total) => {
        progress ??= new Progress(total, 'files');
        if (done % 20 === 0 || done === total) progress.show(Math.min(done, total), '');
      },
    });
    progress?.end();
    const { valid, changed, missing, unreadable, unexpected, pending, before } = counts;
    const wrong = changed + missing + unreadable + unexpected;
    const notes = [
      unreadable > 0 ? `${unreadable} unreadable` : '',
      pending > 0 ? `${pending} not yet provable` : '',
      before > 0 ? `${before} covered by no digest` : '',
    ].filter((note) => note !== '');
    const sum = `${valid} valid, ${changed} changed, ${missing} missing, ${unexpected} unexpected`;
    if (!values.json) process.stdout.write(`${[sum, ...notes].join('; ')}\n`);
    return wrong > 0 ? 1 : 0;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const usage = error instanceof UsageError || error instanceof ConfigError;
    if (!usage && !(error instanceof ObjectStoreError) && code !== 'ENOENT') throw error;
    const advice = usage ? '; see opencts verify --help' : whereLooked(error);
    process.stderr.write(`opencts verify: ${message}${advice}\n`);
    return usage ? 2 : 1;
  }
}

/** Most often the settings are not those of the service that wrote the bucket. */
function whereLooked(error: unknown): string {
  if (!(error instanceof ObjectStoreError) || error.problem !== 'no-bucket') return '';
  const { s3Endpoint, dataDir } = readConfig(process.env);
  return s3Endpoint
    ? `; it was looked for at ${s3Endpoint} (OPENCTS_S3_ENDPOINT)`
    : `; it was looked for in ${path.resolve(dataDir)} (OPENCTS_DATA_DIR)`;
}

async function sourceOf(bucket: string | undefined, [folder, ...more]: string[]): Promise<ArchiveSource> {
  if ((bucket === undefined) === (folder === undefined) || more.length > 0) {
    throw new UsageError('name either one folder, or a bucket with --bucket');
  }
  if (folder !== undefined) return folderSource(path.resolve(folder));
  const config = readConfig(process.env);
  const { s3Endpoint: endpoint, s3Region: region, s3AccessKey: accessKey, s3SecretKey: secretKey } = config;
  const objects = endpoint
    ? await openS3({ endpoint, region, accessKey, secretKey, hostStyle: config.s3Style === 'host' })
    : new DirectoryStore(path.join(config.dataDir, 'objects'));
  return bucketSource(objects, bucket as string);
}

async function readKey(file: string) {
  const text = await readFile(file, 'utf8');
  try {
    return readPublicKey(text);
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
