import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Algorithms of keys in their ids: Ed25519, and one that only OpenCTS knows. */
const ED25519 = 0x01;
const OWN = 0xff;
/** An Ed25519 key's SubjectPublicKeyInfo (RFC 8410) ends with its 32 bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A key whose signatures stand under notes, by its name (C2SP signed-note). */
export interface NoteKey {
  name: string;
  publicKey: KeyObject;
}

export interface NoteSigner extends NoteKey {
  privateKey: KeyObject;
}

/** Text, whose last line ends with a line feed, with a signature of each (C2SP signed-note). */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const lines = signers.map((signer) => {
    const signature = sign(digestOf(signer.publicKey), Buffer.from(text), signer.privateKey);
    return `— ${signer.name} ${Buffer.concat([keyId(signer), signature]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * @returns the text of a note that one of the keys has signed; undefined: none has, a signature that should be of one
 *   is not, or it is no note
 */
export function openNote(note: string, keys: readonly NoteKey[]): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end === -1) return undefined;
  const text = note.slice(0, end + 1);
  let isSigned = false;
  for (const line of note.slice(end + 2).split('\n')) {
    const [, name, base64 = ''] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = Buffer.from(base64, 'base64');
    const known = keys.filter((key) => key.name === name && keyId(key).equals(bytes.subarray(0, 4)));
    if (known.length === 0) continue;
    // Bits that decode to nothing could be changed unnoticed.
    if (bytes.toString('base64') !== base64) return undefined;
    const isRight = known.some(({ publicKey }) =>
      verify(digestOf(publicKey), Buffer.from(text), publicKey, bytes.subarray(4)),
    );
    if (!isRight) return undefined;
    isSigned = true;
  }
  return isSigned ? text : undefined;
}

/** A verifier key in the form that tools of the field take: name, id and key. Ed25519 only. */
export function verifierKey(key: NoteKey): string {
  const bytes = Buffer.concat([Buffer.of(ED25519), rawKey(key.publicKey)]);
  return `${key.name}+${keyId(key).toString('hex')}+${bytes.toString('base64')}`;
}

/** @throws Error when it is none */
export function readVerifierKey(text: string): NoteKey {
  const [, name = '', id = '', base64 = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 33 || bytes[0] !== ED25519) throw new Error('it is no verifier key of a log');
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  if (keyId({ name, publicKey }).toString('hex') !== id)
    throw new Error('the id of the verifier key is not that of its key');
  return { name, publicKey };
}

/** The first bytes of a hash over name, algorithm and key. */
function keyId({ name, publicKey }: NoteKey): Buffer {
  const isEd25519 = publicKey.asymmetricKeyType === 'ed25519';
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(isEd25519 ? ED25519 : OWN))
    .update(isEd25519 ? rawKey(publicKey) : publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 4);
}

const rawKey = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).subarray(-32);

/** Ed25519 hashes by itself. */
const digestOf = (key: KeyObject) => (key.asymmetricKeyType === 'ed25519' ? null : 'sha256');
