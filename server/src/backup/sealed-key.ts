import { randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { Sealer } from '../kms/index.ts';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 ** 2 };

/** The root key under a password, as text. @param installation that it belongs to */
export async function sealRootKey(rootKey: Buffer, password: string, installation: string): Promise<string> {
  const salt = randomBytes(16);
  const sealer = await sealerOf(password, salt);
  return `${salt.toString('hex')} ${sealer.seal(rootKey.toString('hex'), installation)}\n`;
}

/** @returns undefined when the password is another one, or the text is damaged */
export async function openRootKey(
  text: string,
  password: string,
  installation: string,
): Promise<Buffer | undefined> {
  const [salt = '', sealed = ''] = text.trim().split(' ');
  const key = (await sealerOf(password, Buffer.from(salt, 'hex'))).open(sealed, installation);
  return key === undefined ? undefined : Buffer.from(key, 'hex');
}

const sealerOf = async (password: string, salt: Buffer) =>
  new Sealer(await derive(password, salt, 32, COST), 'backup');
