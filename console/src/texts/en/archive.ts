import { number } from './number.ts';

export const archive = {
  title: 'Archive',
  description:
    'Trace files in object storage: everything that a tracker with a bucket has recorded, for good.',
  root: 'All trace files',
  search: 'Search the archive',
  publicKeys: 'Public keys',
  folders: 'Folders',
  files: 'Trace files',
  empty: 'Nothing has been transferred yet',
  emptyText:
    'A tracker with a bucket writes its trace files at the end of every cycle (5 minutes unless the operator has set another).',
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
  keys: {
    title: 'Public keys of digest files',
    text: 'Digest files are signed with the private part of the active key. Keep the public part where whoever can change the bucket cannot change it; with it the bucket, or a downloaded folder, is verified offline:',
    active: 'Active',
    former: 'Former; still needed for digests of its time',
    none: 'There is no key yet: it is made with the first digest file, an hour after a tracker asks for verification.',
    since: (time: string) => `since ${time}`,
  },
};
