import { Sealer } from '../kms/index.ts';

const PURPOSE = 'installation';
const KNOWN = 'this is the root key';

/** A secret as it was sealed: for what, and what it is about. */
export interface Sealed {
  purpose: string;
  about: string;
  sealed: string;
}

/** A value that tells later whether a key is this one. */
export function sealCheck(rootKey: Buffer, id: string): string {
  return new Sealer(rootKey, PURPOSE).seal(KNOWN, id);
}

export function isKeyOf(rootKey: Buffer, id: string, check: string): boolean {
  return new Sealer(rootKey, PURPOSE).open(check, id) === KNOWN;
}

/** Whether a key opens any of these: one of them may be damaged, all of them are not. */
export function opensAny(rootKey: Buffer, secrets: readonly Sealed[]): boolean {
  return secrets.some(
    ({ purpose, about, sealed }) => new Sealer(rootKey, purpose).open(sealed, about) !== undefined,
  );
}
