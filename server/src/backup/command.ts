import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { dataOf, type OpenCtsClient, OpenCtsError } from '@opencts/client';
import { askSecret, CONNECTION_HELP, CONNECTION_OPTIONS, connect } from '../cli/index.ts';
import { replaceFile } from '../durable.ts';
import { Progress } from '../import/index.ts';
import { exists, fetchBackup, whenReady } from './fetch.ts';
import type { BackupManifest } from './manifest.ts';
import { MANIFEST } from './manifest.ts';

/** Names the backup of the service that is being fetched. */
const UNDER_WAY = 'backup.part';

const HELP = `Usage: opencts backup [options] DIR

Makes a consistent copy of the whole installation in DIR while traces come in: everything that was acknowledged
before is in it. DIR must be empty, or hold a backup that was broken off within the last hour: then it goes on.
It takes the role OpenCTS Operator. Whoever has the copy can read all traces: keep it as you keep the installation.

The root key, without which it cannot be restored, is not in it, unless --with-root-key adds it under a password.

Options:
${CONNECTION_HELP}
  --with-root-key    add the root key, sealed with OPENCTS_BACKUP_PASSWORD (12 characters or more), else asked for
  --without-objects  leave out the buckets of the data directory: keep trace files elsewhere, or lose them
  --without-list     leave out the trace list: after the restore it holds what the journal holds
  --help             print this

The password of the user comes from OPENCTS_PASSWORD, else it is asked for.
`;

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  'with-root-key': { type: 'boolean', default: false },
  'without-objects': { type: 'boolean', default: false },
  'without-list': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** The folder cannot take a backup. */
class Unsuitable extends Error {}

/** `opencts backup …`. @returns the exit code */
export async function backupCommand(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  const [folder, ...more] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (folder === undefined || more.length > 0) {
    process.stderr.write(`opencts backup: name one folder\n\n${HELP}`);
    return 2;
  }
  try {
    const begun = await begunIn(folder);
    const password = values['with-root-key']
      ? (process.env.OPENCTS_BACKUP_PASSWORD ??
        (await askSecret('Password of the backup', 'OPENCTS_BACKUP_PASSWORD')))
      : undefined;
    const client = await connect(values);
    const wish = {
      list: !values['without-list'],
      objects: !values['without-objects'],
      ...(password === undefined ? {} : { root_key_password: password }),
    };
    const id = begun ?? (await begin(client, wish, folder));
    const info = await whenReady(client, id);
    let progress: Progress | undefined;
    const manifest = await fetchBackup(client, id, info, folder, (done, total) => {
      progress ??= new Progress(total, 'files');
      progress.show(done);
    });
    progress?.end();
    await rm(path.join(folder, UNDER_WAY), { force: true });
    // It is whole: that the service keeps its copy an hour longer is no failure.
    await client
      .withProject(() => dataOf(client.api.DELETE('/v3/backups/{id}', { params: { path: { id } } })))
      .catch(() => undefined);
    process.stdout.write(report(manifest, folder));
    return 0;
  } catch (error) {
    if (!(error instanceof OpenCtsError || error instanceof Unsuitable)) throw error;
    const isGone = error instanceof OpenCtsError && error.status === 404;
    const advice = isGone ? `; remove ${folder}, or name another folder` : '';
    process.stderr.write(`opencts backup: ${error.message}${advice}\n`);
    return error instanceof Unsuitable ? 2 : 1;
  }
}

/** @returns the backup that was being fetched into the folder; undefined: it is empty */
async function begunIn(folder: string): Promise<string | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await exists(path.join(folder, MANIFEST)))
    throw new Unsuitable(`there is a whole backup in ${folder} already; name another folder`);
  const names = await readdir(folder);
  if (names.length === 0) return undefined;
  if (!names.includes(UNDER_WAY)) throw new Unsuitable(`${folder} is not empty; name another folder`);
  return (await readFile(path.join(folder, UNDER_WAY), 'utf8')).trim();
}

async function begin(
  client: OpenCtsClient,
  body: { list: boolean; objects: boolean; root_key_password?: string },
  folder: string,
): Promise<string> {
  const { id } = await client.withProject(() => dataOf(client.api.POST('/v3/backups', { body })));
  await replaceFile(path.join(folder, UNDER_WAY), `${id}\n`);
  return id;
}

function report(manifest: BackupManifest, folder: string): string {
  const lines = [
    `${folder} holds everything that was acknowledged before ${new Date(manifest.as_of).toISOString()}: ${manifest.files} files, ${(manifest.bytes / 1024 ** 2).toFixed(1)} MB.`,
    manifest.has_root_key
      ? 'The root key is in it, sealed with the password.'
      : 'The root key is not in it: a restore needs your copy of it.',
  ];
  if (!manifest.has_list)
    lines.push('The trace list is not in it: what the journal does not hold any more, it will not show.');
  if (!manifest.has_objects) lines.push('The buckets are not in it: they lie elsewhere.');
  return `${lines.join('\n')}\n`;
}
