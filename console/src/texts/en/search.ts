import { number } from './number.ts';

export const search = {
  title: 'Search the archive',
  description:
    'Search any period directly in the trace files; nothing is loaded back. Changed files are reported.',
  ranges: { '30d': 'Last 30 days', '1y': 'Last year', all: 'Everything' } as Record<string, string>,
  users: 'Operators',
  usersHint: 'Names, separated by commas',
  start: 'Search',
  again: 'Search again',
  cancel: 'Stop',
  hint: 'Choose a time and filters, then search. The last seven days are found faster in the trace list.',
  waiting: 'Another search is running; this one begins after it.',
  progress: (files: string, total: string, bytes: string) => `${files} of ${total} files, ${bytes}`,
  running: 'Searching',
  done: {
    finished: 'Finished',
    cancelled: 'Stopped',
    failed: 'Failed',
  } as Record<string, string>,
  found: (count: number, scanned: number, seconds: string) =>
    `${number(count)} found in ${number(scanned)} traces, ${seconds} s`,
  results: 'Findings',
  soFar: (count: number) => `${number(count)} found so far`,
  limit:
    'Enough was found, so the search has ended; there may be more. Choose a shorter time or more filters.',
  nothing: 'No archived trace matches',
  nothingText: 'Is the time right? What was recorded within the last minutes is not in a file yet.',
  problems: (count: number) =>
    count === 1 ? '1 file could not be searched' : `${number(count)} files could not be searched`,
  problem: {
    changed: 'changed since its delivery',
    missing: 'not in its bucket any more',
    unreadable: 'cannot be read',
  },
  gone: 'The findings of that search are no longer kept. Search again.',
  more: 'Load older traces',
};
