import { type ChildProcess, execFile } from 'node:child_process';
import type { S3Options } from '../src/objects/index.ts';
import { MAIN, PASSWORD } from './harness.ts';

export interface Said {
  code: number;
  out: string;
  err: string;
}

/**
 * Runs a command as an operator does.
 * @param onStart is given the process
 * @param uid of the user who runs it
 */
export function opencts(
  args: string[],
  env: Record<string, string> = {},
  { onStart, uid }: { onStart?: (child: ChildProcess) => void; uid?: number } = {},
): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { PATH: process.env.PATH, OPENCTS_PASSWORD: PASSWORD, ...env }, uid, gid: uid },
      (error, out, err) => resolve({ code: error ? Number(error.code ?? -1) : 0, out, err: withoutSdk(err) }),
    );
    onStart?.(child);
  });
}

/** The SDK of the object store warns of versions of Node. */
const withoutSdk = (text: string) =>
  text.replace(
    /\(node:\d+\) Warning: NodeVersionSupportWarning[\s\S]*?\(Use `node --trace-warnings[^\n]*\n/,
    '',
  );

/** Settings of an object store. */
export const s3Env = ({ endpoint, region, accessKey, secretKey }: Required<S3Options>) => ({
  OPENCTS_S3_ENDPOINT: endpoint,
  OPENCTS_S3_REGION: region,
  OPENCTS_S3_ACCESS_KEY: accessKey,
  OPENCTS_S3_SECRET_KEY: secretKey,
});

/** What stands in a ledger and not exactly once in a place. */
export const wrong = (ledger: readonly string[], seen: ReadonlyMap<string, number>) =>
  ledger.filter((id) => seen.get(id) !== 1).map((id) => `${id} ${seen.get(id) ?? 0}`);
