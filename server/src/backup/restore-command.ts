import path from 'node:path';
import { parseArgs } from 'node:util';
import { askSecret, Progress } from '../cli/index.ts';
import { readConfig } from '../config.ts';
import { ObjectStoreError } from '../objects/index.ts';
import { program } from '../program.ts';
import { placeOf } from './named-place.ts';
import { restore } from './restore.ts';
import { whyStopped } from './stopped.ts';

const HELP = `Usage: ${program()} restore [options] FROM DIR

Brings a backup that '${program()} backup' made in FROM up in DIR, the data directory of a service that is to be started
next, here or on another machine. DIR must be empty, or hold the file root.key alone. Every file is checked; a
backup that is damaged or not whole is refused by name, and leaves DIR as it was. A restore that was killed, or
whose object store was away, goes on when the same command is given again; until then nothing starts in DIR.

FROM is a folder, or s3://BUCKET/PREFIX of the object store OPENCTS_S3_ENDPOINT, with OPENCTS_S3_REGION,
OPENCTS_S3_ACCESS_KEY, OPENCTS_S3_SECRET_KEY and OPENCTS_S3_STYLE in the environment of this command.

The root key is needed. It is looked for in this order:
  --root-key FILE    your copy of root.key; it is put into DIR
  OPENCTS_ROOT_KEY   then the service is to be given it as well
  DIR/root.key       which is there already
  the backup         if it was made --with-root-key: its password is OPENCTS_BACKUP_PASSWORD, else it is asked for
`;

const OPTIONS = {
  'root-key': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** `opencts restore …`. @returns the exit code */
export async function restoreCommand(argv: string[], version: string): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  const [from, dir, ...more] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (from === undefined || dir === undefined || more.length > 0) {
    process.stderr.write(`opencts restore: name the place of the backup and the data directory\n\n${HELP}`);
    return 2;
  }
  const { env } = process;
  const password = async () =>
    env.OPENCTS_BACKUP_PASSWORD ?? askSecret('Password of the backup', 'OPENCTS_BACKUP_PASSWORD');
  const dataDir = path.resolve(dir);
  const began = Date.now();
  let progress: Progress | undefined;
  try {
    const manifest = await restore({
      from: await placeOf(from),
      dataDir,
      version,
      rootKey: { file: values['root-key'], given: readConfig(env).rootKey, password },
      onProgress: (done, total) => {
        progress ??= new Progress(total, 'files');
        progress.show(done);
      },
    });
    progress?.end();
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    process.stdout.write(
      `${dataDir} holds the installation as of ${new Date(manifest.as_of).toISOString()}: ${manifest.files} files, all as they were; ${seconds} s.\nStart it: opencts serve --data-dir ${dataDir}\n`,
    );
    return 0;
  } catch (error) {
    progress?.end();
    const why = whyStopped(error, dataDir);
    if (why === undefined) throw error;
    const advice =
      error instanceof ObjectStoreError ? `; give the same command again, and it goes on where it was` : '';
    process.stderr.write(`opencts restore: ${why}${advice}\n`);
    return 2;
  }
}
