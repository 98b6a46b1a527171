import { OpenCtsError } from '@opencts/client';
import { ConfigError } from '../config.ts';
import { ObjectStoreError } from '../objects/index.ts';
import { BadTransfer } from './fetch.ts';
import { NoPlace } from './named-place.ts';

const DISK: [code: RegExp, told: (file: string) => string][] = [
  [/^ENOENT$/, (file) => `there is no ${file}`],
  [/^(ENOSPC|EDQUOT)$/, () => 'there is no room on its disk: free some'],
  [/^EROFS$/, () => 'its disk is read-only: mount it for writing, or name another place'],
  [
    /^(EACCES|EPERM)$/,
    (file) =>
      `${file} may not be read or written by this user (uid ${process.getuid?.()}): give it the right`,
  ],
  [/^(ENOTDIR|EEXIST|EISDIR|ELOOP)$/, (file) => `${file} is in the way: it is not what it must be`],
  [
    /^(EIO|ESTALE|ENXIO|ETIMEDOUT)$/,
    (file) => `the disk fails at ${file}: see the log of the system, and whether the file system is whole`,
  ],
];

/**
 * Why a backup or a restore stopped, in words, when it is something that happens.
 * @param where place or directory that it works on
 */
export function whyStopped(error: unknown, where: string): string | undefined {
  const { code = '', path: file = where, message } = error as NodeJS.ErrnoException;
  const told = DISK.find(([pattern]) => pattern.test(code))?.[1];
  if (told) return `${where}: ${told(file)} (${message})`;
  const isKnown = [OpenCtsError, ObjectStoreError, ConfigError, BadTransfer, NoPlace].some(
    (kind) => error instanceof kind,
  );
  return isKnown ? message : undefined;
}
