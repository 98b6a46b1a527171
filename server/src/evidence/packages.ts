import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FileReader } from '../archive/index.ts';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import type { ObjectStore } from '../objects/index.ts';
import { ahead } from './ahead.ts';
import { isSigned, readDigest, SIGNATURE } from './digest.ts';
import { drop, entryOf, fetchObject } from './fetched.ts';
import type { ArchiveHoldings } from './holdings.ts';
import type { EvidenceLog } from './log.ts';
import { type LogCopy, newestLogs, tilesOf } from './package-log.ts';
import {
  METADATA_FILE,
  metadataText,
  PACKAGE_NOTE,
  type PackageContent,
  PUBLIC_KEYS,
  packageNote,
  packageOrigin,
  README,
  sha256Of,
} from './package-note.ts';
import { readmeOf } from './package-readme.ts';
import {
  type PackageRange,
  PackageSelection,
  type SelectedDigest,
  type Stretch,
} from './package-selection.ts';
import { readPublicKey, type SigningKeys } from './signing-keys.ts';
import { type TarEntry, tarOf } from './tar.ts';

/** Objects that are fetched before they are needed. */
const AHEAD = 8;

export interface PackagesOptions {
  metadata: Metadata;
  objects: ObjectStore;
  keys: SigningKeys;
  evidence: EvidenceLog;
  holdings: ArchiveHoldings;
  clock: () => number;
}

export interface PackageOrder extends PackageRange {
  projectName: string;
  reader: FileReader;
  /** Told of each object of a bucket that goes into it. */
  onRead: (object: { bucket: string; key: string; bytes: number }) => Promise<void>;
}

/** What goes into a package. */
interface Chosen {
  selection: PackageSelection;
  stretches: readonly Stretch[];
  logs: readonly LogCopy[];
}

/** Trace files of a project with everything that proves them, as one tar that verifies without a network. */
export class ProofPackages {
  private readonly options: PackagesOptions;

  constructor(options: PackagesOptions) {
    this.options = options;
  }

  /**
   * Digests come before trace files, and before both what is signed in the package's note: of one that is cut off
   * somewhere, what is missing is known.
   * @throws CtsError 400, 403, 404, 503
   */
  async open(order: PackageOrder): Promise<Readable> {
    const { metadata, objects, keys, evidence, clock } = this.options;
    const selection = new PackageSelection(metadata, order, clock());
    const stretches = await selection.stretches();
    if (stretches.length === 0) throw ERRORS.nothingArchived();
    for (const stretch of order.reader.mayDecrypt ? [] : stretches) {
      const isUnknown = objects.encryptsByItself && !(await selection.digestsOfUnknown(stretch).next()).done;
      if (isUnknown || (await selection.hasEncrypted(stretch))) throw ERRORS.keyNotPermitted();
    }
    const origin = evidence.originOf(order.domainId);
    const buckets = new Set(stretches.map(({ bucket }) => bucket));
    const keysOf = (name: string) => keys.noteKeys(name);
    const logs = await newestLogs({ objects, buckets, domainId: order.domainId, origin, keysOf });
    return tarOf(this.entries(order, { selection, stretches, logs }));
  }

  private async *entries(
    order: PackageOrder,
    { selection, stretches, logs }: Chosen,
  ): AsyncGenerator<TarEntry> {
    const files: PackageContent['files'] = {};
    for await (const entry of this.small(order, logs)) {
      files[entry.path] = sha256Of(entry.body);
      yield entry;
    }
    for (const { bucket, last } of stretches) if (last) files[`${bucket}/${last.key}`] = last.sha256;
    yield await this.note(order, stretches, files);
    for (const stretch of stretches) yield* this.digests(order, stretch.bucket, selection.digests(stretch));
    for (const stretch of stretches) {
      yield* this.files(order, stretch.bucket, selection.files(stretch));
      yield* this.files(order, stretch.bucket, this.unknown(order, stretch, selection));
    }
  }

  /** What no digest proves: it is listed in the note. */
  private async *small(
    { projectName, from, until, domainId, onRead }: PackageOrder,
    logs: readonly LogCopy[],
  ): AsyncGenerator<TarEntry & { body: Buffer }> {
    const { objects, keys, evidence } = this.options;
    yield this.written(README, readmeOf(projectName, from, until));
    for (const { id, publicKey } of await keys.list())
      yield this.written(`${PUBLIC_KEYS}/${id}`, `${publicKey}\n`);
    yield this.written(`${PUBLIC_KEYS}/evidence-log`, `${await evidence.verifierKey(domainId)}\n`);
    for (const log of logs) {
      const all = async function* () {
        yield log.checkpoint;
        yield* tilesOf(objects, log);
      };
      for await (const one of all()) {
        await onRead({ bucket: one.bucket, key: one.key, bytes: one.head.size });
        yield { ...entryOf('', one), body: one.body };
      }
    }
  }

  private written(path: string, text: string): TarEntry & { body: Buffer } {
    const body = Buffer.from(text);
    return { path, size: body.length, modified: this.options.clock(), body };
  }

  private async note(
    order: PackageOrder,
    stretches: readonly Stretch[],
    files: PackageContent['files'],
  ): Promise<TarEntry> {
    const { keys, evidence, holdings } = this.options;
    const places = await holdings.places(order);
    const names = [...new Set(stretches.map(({ bucket }) => bucket))];
    const content: PackageContent = {
      ...{ project_id: order.projectId, project_name: order.projectName },
      ...{ from: order.from, until: order.until },
      buckets: names.map((bucket) => ({
        name: bucket,
        places: places.flatMap(({ bucket: of, prefix, name }) =>
          of === bucket && name !== null ? [{ prefix, name }] : [],
        ),
      })),
      files,
    };
    const signer = await keys.digestSigner(packageOrigin(evidence.originOf(order.domainId)));
    return this.written(PACKAGE_NOTE, packageNote(content, signer));
  }

  /** Digests with their metadata beside them. */
  private async *digests(
    { onRead }: PackageOrder,
    bucket: string,
    digests: AsyncIterable<SelectedDigest>,
  ): AsyncGenerator<TarEntry> {
    const load = async ({ key, isWithin }: SelectedDigest) => ({
      digest: await fetchObject(this.options.objects, bucket, key),
      isWithin,
    });
    for await (const { digest, isWithin } of ahead(digests, AHEAD, load, (one) => drop(one.digest))) {
      // What is not there any more is missed when it is verified.
      if (!digest) continue;
      await onRead({ bucket, key: digest.key, bytes: digest.head.size });
      const entry = entryOf(bucket, digest);
      yield entry;
      const { metadata } = digest.head;
      // What is outside the range is proved by its hash alone.
      if (!isWithin || metadata[SIGNATURE] === undefined) continue;
      const body = Buffer.from(metadataText(metadata));
      yield { path: `${entry.path}${METADATA_FILE}`, size: body.length, modified: entry.modified, body };
    }
  }

  /** Keys that signed digests list and the metadata do not know: they are of a backup that is older than the bucket. */
  private async *unknown(
    order: PackageOrder,
    stretch: Stretch,
    selection: PackageSelection,
  ): AsyncGenerator<string> {
    const { objects, keys, holdings } = this.options;
    const publicKeys = (await keys.list()).map(({ publicKey }) => readPublicKey(publicKey));
    for await (const key of selection.digestsOfUnknown(stretch)) {
      const fetched = await fetchObject(objects, stretch.bucket, key);
      if (!fetched) continue;
      const bytes = fetched.body instanceof Readable ? await buffer(fetched.body) : fetched.body;
      const digest = await readDigest(bytes).catch(() => undefined);
      const signature = fetched.head.metadata[SIGNATURE] ?? '';
      if (!digest || !isSigned(digest, bytes, signature, publicKeys)) continue;
      yield* await holdings.unknown(
        order,
        stretch.bucket,
        digest.log_files.map(({ object }) => object),
      );
    }
  }

  private async *files(
    { onRead }: PackageOrder,
    bucket: string,
    keys: AsyncIterable<string>,
  ): AsyncGenerator<TarEntry> {
    for await (const file of ahead(
      keys,
      AHEAD,
      (key) => fetchObject(this.options.objects, bucket, key),
      drop,
    )) {
      if (!file) continue;
      await onRead({ bucket, key: file.key, bytes: file.head.size });
      yield entryOf(bucket, file);
    }
  }
}
