import { parseArgs } from 'node:util';
import { dataOf, type OpenCtsClient, OpenCtsError } from '@opencts/client';
import { askSecret, CONNECTION_HELP, CONNECTION_OPTIONS, connect, Progress } from '../cli/index.ts';
import { ConfigError } from '../config.ts';
import { program } from '../program.ts';
import { fetchBackup, whenReady } from './fetch.ts';
import { type BackupManifest, FILES_SO_FAR, MANIFEST, UNDER_WAY } from './manifest.ts';
import { NoPlace, placeOf } from './named-place.ts';
import type { BackupPlace } from './place.ts';
import { whyStopped } from './stopped.ts';

const HELP = `Usage: ${program()} backup [options] DIR
       ${program()} backup [options] s3://BUCKET/PREFIX

Makes a consistent copy of the whole installation in DIR, or in a bucket, while traces come in: everything that was
acknowledged before is in it. The place must be empty, or hold a backup that was broken off within the last hour:
then it goes on. It takes the role OpenCTS Operator. Anyone who has the copy can read all traces: protect it like
the installation.

The bucket (obs:// is the same as s3://) is that of the object store OPENCTS_S3_ENDPOINT, with OPENCTS_S3_REGION,
OPENCTS_S3_ACCESS_KEY, OPENCTS_S3_SECRET_KEY and OPENCTS_S3_STYLE in the environment of this command. Folder and
bucket hold the same files: a copy of the one in the other is a backup, too.

The root key, without which it cannot be restored, is not in it, unless --with-root-key adds it under a password.

Options:
${CONNECTION_HELP}
  --with-root-key    add the root key, sealed with OPENCTS_BACKUP_PASSWORD (12 characters or more), else asked for
  --without-objects  leave out the buckets of the data directory: keep trace files elsewhere, or lose them
  --without-list     leave out the trace list: after the restore it holds what the journal holds
  --help             print this

The password comes from OPENCTS_PASSWORD; without it the command asks.
`;

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  'with-root-key': { type: 'boolean', default: false },
  'without-objects': { type: 'boolean', default: false },
  'without-list': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `opencts backup …`. @returns the exit code */
export async function backupCommand(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  const [where, ...more] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (where === undefined || more.length > 0) {
    process.stderr.write(`opencts backup: name one folder, or s3://BUCKET/PREFIX\n\n${HELP}`);
    return 2;
  }
  let place: BackupPlace | undefined;
  try {
    place = await placeOf(where);
    const begun = await begunIn(place);
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
    const id = begun ?? (await begin(client, wish, place));
    const info = await whenReady(client, id);
    let progress: Progress | undefined;
    const manifest = await fetchBackup(client, id, info, place, (done, total) => {
      progress ??= new Progress(total, 'files');
      progress.show(done);
    });
    progress?.end();
    // It is whole: that something is left beside it, or in the service an hour longer, is no failure.
    await ended(place);
    await discard(client, id);
    process.stdout.write(report(manifest, place));
    return 0;
  } catch (error) {
    const why = whyStopped(error, place?.name ?? where);
    if (why === undefined) throw error;
    process.stderr.write(`opencts backup: ${why}${place ? await advice(error, place) : ''}\n`);
    return error instanceof NoPlace || error instanceof ConfigError ? 2 : 1;
  }
}

/** Nothing notes any more what has arrived. */
async function ended(place: BackupPlace): Promise<void> {
  for (const file of [UNDER_WAY, FILES_SO_FAR]) await place.remove(file).catch(() => undefined);
  await place.end().catch(() => undefined);
}

/** What is to be done about a backup that stopped. */
async function advice(error: unknown, place: BackupPlace): Promise<string> {
  if (error instanceof NoPlace) return '';
  const names = await place.names().catch((): string[] => []);
  if (names.includes(MANIFEST)) {
    await ended(place);
    return '; it is whole all the same, another command has ended it';
  }
  const begun = names.includes(UNDER_WAY) ? await place.text(UNDER_WAY).catch(() => '') : '';
  if (!begun?.trim()) return '';
  return error instanceof OpenCtsError && error.status === 404
    ? `; remove ${place.name}, or name another place`
    : '; it is not whole, and goes on when the same command is given again within an hour';
}

/** @returns the backup that was being fetched into the place; undefined: it is empty */
async function begunIn(place: BackupPlace): Promise<string | undefined> {
  const names = await place.names();
  if (names.includes(MANIFEST))
    throw new NoPlace(`there is a whole backup in ${place.name} already; name another place`);
  if (names.length === 0) return undefined;
  const id = names.includes(UNDER_WAY) ? await place.text(UNDER_WAY) : undefined;
  if (id === undefined) throw new NoPlace(`${place.name} is not empty; name another place`);
  return id.trim() || undefined;
}

async function begin(
  client: OpenCtsClient,
  body: { list: boolean; objects: boolean; root_key_password?: string },
  place: BackupPlace,
): Promise<string> {
  // Whether the place can be written to shows before the service makes anything.
  await place.writeText(UNDER_WAY, '\n');
  try {
    const { id } = await client.withProject(() => dataOf(client.api.POST('/v3/backups', { body })));
    await place.writeText(UNDER_WAY, `${id}\n`).catch(async (error) => {
      await discard(client, id);
      throw error;
    });
    return id;
  } catch (error) {
    await place.remove(UNDER_WAY).catch(() => undefined);
    throw error;
  }
}

/** The service's own copy. One that is left there goes by itself. */
async function discard(client: OpenCtsClient, id: string): Promise<void> {
  await client
    .withProject(() => dataOf(client.api.DELETE('/v3/backups/{id}', { params: { path: { id } } })))
    .catch(() => undefined);
}

function report(manifest: BackupManifest, { name }: BackupPlace): string {
  const lines = [
    `${name} holds everything that was acknowledged before ${new Date(manifest.as_of).toISOString()}: ${manifest.files} files, ${(manifest.bytes / 1024 ** 2).toFixed(1)} MB.`,
    manifest.has_root_key
      ? 'The root key is in it, sealed with the password.'
      : 'The root key is not in it: a restore needs your copy of it.',
  ];
  if (!manifest.has_list)
    lines.push('The trace list is not in it: what the journal does not hold any more, it will not show.');
  if (!manifest.has_objects) lines.push('The buckets are not in it: they lie elsewhere.');
  return `${lines.join('\n')}\n`;
}
