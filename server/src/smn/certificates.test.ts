import { createVerify, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata, type Metadata, openMetadata } from '../metadata/index.ts';
import { Certificates, serialNumber } from './certificates.ts';

const ROOT = randomBytes(32);
let directory: string;
let metadata: Metadata;
const certificates = () => new Certificates(metadata, ROOT, Date.now);

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-certificates-'));
  const file = path.join(directory, 'metadata.db');
  await (await openMetadata(file)).destroy();
  metadata = connectMetadata(file);
});
afterAll(async () => {
  await metadata.destroy();
  await rm(directory, { recursive: true });
});

test.each(['00', '0000', '007f', '80', 'ff', '7f', '01'])(
  'a serial number of random bytes that begin with %s is positive, and has no zero in front',
  (begin) => {
    const number = serialNumber(Buffer.from(begin.padEnd(32, '9'), 'hex'));
    expect(number).toMatch(/^[4-7][0-9a-f]{31}$/);
  },
);

test('a certificate that no verifier reads is not signed with any more', async () => {
  const first = (await certificates().sign('local', ['a'])).certificateId;
  expect((await certificates().sign('local', ['a'])).certificateId).toBe(first);
  const pem = (await certificates().pem(first)) as string;
  const der = Buffer.from(pem.replaceAll(/-.*-|\s/g, ''), 'base64');
  // A number of 16 bytes: two zeros instead of its first bytes are one too many.
  der.fill(0, der.indexOf('0210', 'hex') + 2, der.indexOf('0210', 'hex') + 4);
  const broken = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  expect(() => new X509Certificate(broken)).toThrow(/padding/);
  await metadata.updateTable('smn_certificates').set({ pem: broken }).where('id', '=', first).execute();
  const { certificateId, signature } = await certificates().sign('local', ['a', 'b']);
  expect(certificateId).not.toBe(first);
  const { publicKey } = new X509Certificate((await certificates().pem(certificateId)) as string);
  expect(createVerify('sha256').update('ab').verify(publicKey, signature, 'base64')).toBe(true);
});
