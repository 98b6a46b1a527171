import { README } from './package-note.ts';

/** @param from, until epoch ms */
export function readmeOf(project: string, from: number, until: number): string {
  const said = (time: number) => new Date(time).toISOString();
  return `Trace files of the project ${project} with what proves them
${said(from)} to ${said(until)}

BUCKET/CloudTraces/...            trace files and digest files, as they lie in the bucket
BUCKET/.../....json.gz.metadata   the signature of the digest file beside it
CloudTraces/Log/...               the evidence log of the account: its checkpoint, and its entries
package                           what this package holds, signed
public-keys/                      the public keys, for convenience only

To verify, with OpenCTS on any machine and without a network:

  opencts verify FOLDER --public-key KEY

FOLDER is the one in which this ${README} lies. It ends with 0 when everything is what was delivered and nothing
is missing, and with 1 when anything in here was changed.

KEY must not come from this package: whoever forges a package puts the keys beside it that fit. Take the public
key of the service once, early (GET /v3/public-keys), keep it where nobody of the service can change it, and
compare it with the one in public-keys. The same holds for a checkpoint of the evidence log, with which
--checkpoint proves that the past was not written anew.

Files that wait for their digest, which is written after the full hour, are not in it. Encrypted trace files are
as they lie in the bucket; the service decrypts them for those who may.
`;
}
