import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { REFUSALS } from './refusals.ts';

/**
 * Certificates of the operator's own CA. Node goes on without them when it cannot read the file, and every
 * connection that needs them fails later.
 * @throws StartRefused
 */
export async function checkAuthorities(file = ''): Promise<void> {
  if (file === '') return;
  try {
    const certificates = (await readFile(file, 'utf8')).match(
      /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g,
    );
    if (!certificates) throw new Error('there is no certificate in it');
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    throw REFUSALS.untrustedAuthorities(file, (error as Error).message);
  }
}
