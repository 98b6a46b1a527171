// How fast `opencts verify` proves a folder, beside `sha256sum` of the same files.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { chainPlace, digestKey, stamp, traceFileKey } from '../server/dist/archive/index.js';
import { hashOf, signedText } from '../server/dist/evidence/digest.js';

const MAIN = path.resolve(import.meta.dirname, '../server/bin/opencts.js');
const HOUR = 3_600_000;
const BUCKET = 'bench';
const ROUNDS = 3;
/** As an archive has them: most files are small, most bytes in large ones. */
const SIZES = [
  ...Array.from({ length: 20 }, () => 32 * 1024 ** 2),
  ...Array.from({ length: 2_000 }, () => 64 * 1024),
];

/** @param root made anew. @returns MB/s of both, medians, and the highest memory of the verification in MB */
export async function measureVerify(root) {
  const { bytes, publicKey } = layOut(root);
  const verify = [];
  const peer = [];
  let memory = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    memory = Math.max(memory, await run([MAIN, 'verify', root, '--public-key', publicKey]));
    verify.push(performance.now() - began);
    const start = performance.now();
    execFileSync('sh', ['-c', 'find CloudTraces -type f -print0 | xargs -0 sha256sum > /dev/null'], {
      cwd: root,
    });
    peer.push(performance.now() - start);
  }
  const perSecond = (times) => bytes / 1024 ** 2 / (times.sort((a, b) => a - b)[ROUNDS >> 1] / 1000);
  return { files: SIZES.length, bytes, verify: perSecond(verify), peer: perSecond(peer), memory };
}

/** The highest resident memory of a command that must succeed, MB. */
function run(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let memory = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      memory = Math.max(memory, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  }, 50);
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      clearInterval(watch);
      if (code === 0) resolve(memory);
      else reject(new Error(`opencts verify ended with ${code}: ${said.slice(0, 2000)}`));
    });
  });
}

/** One chain with two digests: that of the first is signed by what the second carries. */
function layOut(root) {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const end = Math.floor(Date.now() / HOUR) * HOUR;
  const shelf = { region: 'eu-de', tracker: 'system', service: 'ECS', prefix: '' };
  const block = randomBytes(64 * 1024);
  let bytes = 0;
  const put = (key, body) => {
    const target = path.join(root, key);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, body);
    bytes += body.length;
  };
  const log_files = SIZES.map((size, at) => {
    const body = Buffer.alloc(size, block);
    body.writeUInt32LE(at, 0);
    const hex = createHash('sha256').update(String(at)).digest('hex').slice(0, 16);
    const object = traceFileKey(shelf, end - 1.5 * HOUR, hex, true);
    put(object, body);
    return { bucket: BUCKET, object, log_hash_value: hashOf('SHA-256', body), log_hash_algorithm: 'SHA-256' };
  });
  let previous;
  for (const [at, files] of [log_files, []].entries()) {
    const time = end - HOUR + at * HOUR;
    const digest = {
      project_id: 'a'.repeat(32),
      digest_start_time: stamp(time - HOUR),
      digest_end_time: stamp(time),
      digest_bucket: BUCKET,
      digest_object: digestKey(chainPlace(shelf), time),
      digest_signature_algorithm: 'SHA256withRSA',
      digest_end: false,
      previous_digest_bucket: previous ? BUCKET : '',
      previous_digest_object: previous?.key ?? '',
      previous_digest_hash_value: previous?.hash ?? '',
      previous_digest_hash_algorithm: 'SHA-256',
      previous_digest_signature: previous?.signature ?? '',
      previous_digest_end: false,
      log_files: files,
    };
    const body = gzipSync(JSON.stringify(digest));
    put(digest.digest_object, body);
    const signature = sign('sha256', Buffer.from(signedText(digest, body)), pair.privateKey).toString('hex');
    previous = { key: digest.digest_object, hash: hashOf('SHA-256', body), signature };
  }
  const publicKey = path.join(root, 'public-key');
  writeFileSync(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }));
  return { bytes, publicKey };
}
