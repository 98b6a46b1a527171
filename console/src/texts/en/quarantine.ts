import { number } from './number.ts';

export const quarantine = {
  title: 'Quarantine',
  description:
    'Traces that could not be processed are kept here, so that they hold up nothing and are not lost; an empty list is the normal state.',
  none: 'Nothing is in quarantine',
  noneText: 'All is well: everything that was recorded could be processed.',
  noneMissing: (place: string) => `Nothing is missing ${place}`,
  noneMissingText: 'What is missing elsewhere is under “All”.',
  missing: 'Missing in',
  all: 'All',
  names: { indexer: 'Trace list', archiver: 'Trace files', notifier: 'Key events' },
  places: { indexer: 'in the trace list', archiver: 'in trace files', notifier: 'in key events' },
  columns: {
    reason: 'Reason',
    since: 'Set aside',
    project: 'Project',
    source: 'Trace source',
    recorded: 'Recorded',
  },
  more: 'Show more',
  replay: 'Replay',
  replayAll: 'Replay all',
  replayTitle: 'Process this trace once more?',
  replayAllTitle: 'Process everything in quarantine once more?',
  replayMissingTitle: (place: string) => `Process all that is missing ${place} once more?`,
  replayText: 'What succeeds leaves the quarantine. What fails again stays, with its new reason.',
  replayed: (count: number) =>
    count === 0 ? 'Nothing is set aside any more.' : `${number(count)} on their way; what fails again stays.`,
  view: {
    title: 'Trace in quarantine',
    traceId: 'Trace ID',
    tracker: 'Tracker',
    line: 'The trace as it is in the journal',
    gone: 'This is no longer in quarantine: it was processed in the meantime.',
  },
  warning: (count: number) => `${number(count)} ${count === 1 ? 'entry' : 'entries'} in quarantine`,
  warningText:
    'Some traces of this installation could not be processed: they are missing in the trace list, in trace files or in key events.',
  toList: 'Show the quarantine',
  lost: (missing: readonly string[]) => `Lost by damage to the journal, missing: ${missing.join(', ')}`,
  accounted: (missing: readonly string[]) => `In quarantine, missing: ${missing.join(', ')}`,
};
