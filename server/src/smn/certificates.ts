import { createSign, generateKeyPair, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { Sealer } from '../kms/index.ts';
import type { Metadata } from '../metadata/index.ts';

const BITS = 2048;
const VALID_MS = 20 * 365 * 86_400_000;

interface Current {
  id: string;
  key: KeyObject;
}

/** Key pairs and certificates that sign messages, one for each region (`docs/reference/smn-api.md` 9). */
export class Certificates {
  private readonly metadata: Metadata;
  private readonly sealer: Sealer;
  private readonly clock: () => number;
  private readonly current = new Map<string, Promise<Current>>();

  constructor(metadata: Metadata, rootKey: Uint8Array, clock: () => number) {
    this.metadata = metadata;
    this.sealer = new Sealer(rootKey, 'smn certificate');
    this.clock = clock;
  }

  /** PEM of a certificate by its id, also of a former one. */
  async pem(id: string): Promise<string | undefined> {
    const row = await this.metadata
      .selectFrom('smn_certificates')
      .select('pem')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.pem;
  }

  /** SHA256withRSA (PKCS #1 v1.5) of the parts of a text, Base64, and the id of the certificate; made at first need. */
  async sign(region: string, text: readonly string[]): Promise<{ signature: string; certificateId: string }> {
    let current = this.current.get(region);
    if (!current) {
      current = this.load(region).then((known) => known ?? this.make(region));
      this.current.set(region, current);
      // A failure is met by whoever waits; the next one tries again.
      current.catch(() => this.current.delete(region));
    }
    const { id, key } = await current;
    const signer = createSign('sha256');
    for (const part of text) signer.update(part);
    return { signature: signer.sign(key, 'base64'), certificateId: id };
  }

  private async load(region: string): Promise<Current | undefined> {
    const rows = await this.metadata
      .selectFrom('smn_certificates')
      .selectAll()
      .where('region', '=', region)
      .orderBy('created_at', 'desc')
      .execute();
    const readable = rows.filter(({ pem }) => isCertificate(pem));
    return this.sealer.firstKey(readable, "the key of a region's messages");
  }

  private async make(region: string): Promise<Current> {
    const { default: forge } = await import('node-forge');
    const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
    const secret = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const now = this.clock();
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    );
    certificate.serialNumber = serialNumber(randomBytes(16));
    certificate.validity.notBefore = new Date(now - 86_400_000);
    certificate.validity.notAfter = new Date(now + VALID_MS);
    const name = [{ name: 'commonName', value: `SMN ${region}` }];
    certificate.setSubject(name);
    certificate.setIssuer(name);
    // Verifiers take the algorithm of the messages from the certificate's own signature.
    certificate.sign(forge.pki.privateKeyFromPem(secret), forge.md.sha256.create());
    const id = `SMN_${region}_${randomBytes(16).toString('hex')}.pem`;
    await this.metadata
      .insertInto('smn_certificates')
      .values({
        id,
        region,
        pem: forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n'),
        sealed_private_key: this.sealer.seal(secret, id),
        created_at: now,
      })
      .execute();
    return { id, key: privateKey };
  }
}

/**
 * As a certificate takes it, in hex: positive, and without a zero in front, for which verifiers refuse the whole
 * certificate (RFC 5280, 4.1.2.2; X.690, 8.3.2).
 */
export function serialNumber(random: Buffer): string {
  const bytes = Buffer.from(random);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString('hex');
}

/** One in 512 of earlier versions had a serial number that no verifier reads. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).validTo !== '';
  } catch {
    return false;
  }
}
