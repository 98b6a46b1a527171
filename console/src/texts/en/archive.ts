import { number } from './number.ts';

export const archive = {
  title: 'Archive',
  description:
    'Trace files in object storage: everything that a tracker with a bucket has recorded, permanently.',
  root: 'All trace files',
  search: 'Search the archive',
  publicKeys: 'Public keys',
  folders: 'Folders',
  files: 'Trace files',
  empty: 'Nothing has been transferred yet',
  emptyText:
    'A tracker with a bucket writes its trace files at the end of every cycle (5 minutes unless the operator has set another length).',
  toTrackers: 'Set up a transfer',
  columns: {
    name: 'Name',
    files: 'Files',
    traces: 'Traces',
    bytes: 'Size',
    delivered: 'Delivered',
    recorded: 'Recorded',
    proof: 'Integrity',
    actions: 'Actions',
  },
  /** What lies in a folder, by how deep it is. */
  levels: ['', 'Region', 'Year', 'Month', 'Day', 'Tracker', 'Trace source'],
  covered: 'In a signed digest',
  uncovered: 'In no digest yet',
  encrypted: 'Encrypted',
  check: 'Check',
  checkOf: (name: string) => `Check ${name}`,
  verdicts: {
    valid: 'Unchanged',
    changed: 'Changed',
    missing: 'Missing',
  },
  view: 'View traces',
  download: 'Download',
  downloadOf: (name: string) => `Download ${name}`,
  downloadFailed: 'The file could not be downloaded',
  more: 'Load more files',
  file: {
    bucket: 'Bucket',
    place: 'Path',
    encryption: 'Encrypted with',
    sha256: 'SHA-256',
    more: 'Load more traces',
    shown: (shown: number, total: number) => `${number(shown)} of ${number(total)} traces`,
  },
  proofs: {
    title: 'Proofs',
    description:
      'Proofs for the trace files of this project: a signed digest for every hour, and checkpoints of the evidence log that covers the digests.',
    ranges: { '1d': 'Last day', '7d': 'Last 7 days', '30d': 'Last 30 days' } as Record<string, string>,
    download: 'Download with proofs',
    failed: 'The package could not be downloaded',
    hint: 'A download with proofs is one tar with the trace files of the chosen period, their digests, signatures and the evidence log. Unpack it to verify it on any machine, without a network; take the key from where you have kept it, not from the package:',
    digests: 'Digests',
    digestsText:
      'One for every hour, tracker and trace source. Each lists the trace files that were delivered since the one before.',
    noDigests:
      'There are no digests in this period. They are written every hour, for trackers that verify their trace files.',
    more: 'Load more digests',
    allSources: 'all',
    checkpoints: 'Checkpoints',
    checkpointsText:
      'One for every hour and bucket. Keep one where nobody who runs the service can change it: it proves that the past was not rewritten.',
    noCheckpoints: 'There are no checkpoints in this period.',
    columns: {
      end: 'Covers up to',
      tracker: 'Tracker',
      source: 'Trace source',
      files: 'Files',
      total: 'Files so far',
      bucket: 'Bucket',
      made: 'Made',
    },
  },
  keys: {
    title: 'Public keys',
    log: 'Evidence log (verifier key)',
    text: 'Digest files are signed with the private part of the active key. Keep the public part where nobody who can change the bucket can change it; with it you verify the bucket, or a downloaded folder, offline:',
    active: 'Active',
    former: 'Former; still needed for digests of its time',
    none: 'There is no key yet.',
    since: (time: string) => `since ${time}`,
  },
};
