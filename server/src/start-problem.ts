import type { Config } from './config.ts';
import { StartRefused } from './start-refused.ts';

/** What the system said, of which library ever. */
interface Said {
  code?: string;
  syscall?: string;
  path?: string;
  message?: string;
  cause?: unknown;
}

type Told = (config: Config, said: Said) => string;

const PROBLEMS: [code: RegExp, told: Told][] = [
  [
    /^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)/,
    ({ dataDir }) => `there is no room on the disk of ${dataDir}: free some, and start again`,
  ],
  [
    /^(EROFS|SQLITE_READONLY)/,
    ({ dataDir }) =>
      `the disk of ${dataDir} is read-only: mount it for writing, or name another directory in OPENCTS_DATA_DIR`,
  ],
  [
    /^(EACCES|EPERM|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH)/,
    ({ dataDir }, { path, code = '' }) =>
      `${path ?? (code.startsWith('SQLITE') ? `${dataDir}/metadata.db` : `a file of ${dataDir}`)} may not be read or written by the user who runs OpenCTS (uid ${process.getuid?.()}): give that user the data directory (chown -R ${process.getuid?.()} ${dataDir}), or name another in OPENCTS_DATA_DIR`,
  ],
  [
    /^(ENOTDIR|EEXIST|EISDIR|ELOOP)$/,
    ({ dataDir }, { code, path }) =>
      `${path ?? dataDir} is not what it must be (${code}): OPENCTS_DATA_DIR must name a directory, or a place where one can be made`,
  ],
  [
    /^(EMFILE|ENFILE)$/,
    () => 'too many files are open: raise the limit (ulimit -n, LimitNOFILE= of systemd, --ulimit of Docker)',
  ],
  [
    /^(EIO|SQLITE_IOERR|SQLITE_NOLFS)/,
    ({ dataDir }, { code, message = code }) =>
      `the disk of ${dataDir} cannot be read or written (${message}): see the log of the system, and whether the file system is whole`,
  ],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    ({ dataDir }) =>
      `another program holds the lock on ${dataDir}/metadata.db, maybe a backup: let it end, and start again`,
  ],
  [
    /^(ENOMEM|ERR_WORKER_OUT_OF_MEMORY|ERR_WORKER_INIT_FAILED|EAGAIN|SQLITE_NOMEM)/,
    () =>
      'there is too little memory, or the process may have too few threads: give it more (limits of the container, ulimit), or lower OPENCTS_ENGINE_MEMORY',
  ],
];

const LISTENING: Record<string, Told> = {
  EADDRINUSE: ({ host, port }) =>
    `port ${port} of ${host} is in use by another program: stop that one, or choose another port in OPENCTS_PORT`,
  EACCES: ({ port }) =>
    `this user may not listen on port ${port}: choose one above 1023 in OPENCTS_PORT, and let a proxy pass requests on`,
};
const noAddress: Told = ({ host }) => `OPENCTS_HOST is "${host}", which is no address of this machine`;

/** The sentence for what the system refused at the start; undefined when it is something else. */
export function startProblem(error: unknown, config: Config): StartRefused | undefined {
  // Errors of other threads arrive as objects of no class.
  let said = error as Said | null | undefined;
  for (; typeof said === 'object' && said !== null; said = said.cause as Said | null | undefined) {
    if (said instanceof StartRefused) return said;
    const told = toldOf(said);
    if (told) return new StartRefused(told(config, said), { cause: error });
  }
  return undefined;
}

function toldOf({ code = '', syscall }: Said): Told | undefined {
  if (syscall === 'listen') return LISTENING[code] ?? noAddress;
  if (syscall === 'getaddrinfo') return noAddress;
  return PROBLEMS.find(([pattern]) => pattern.test(code))?.[1];
}
