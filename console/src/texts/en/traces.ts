import { number } from './number.ts';

interface InFiles {
  archived: number;
  awaiting: number;
  unarchived: number;
  /** Whether the tracker has a bucket; undefined: it is not known. */
  transferred: boolean | undefined;
  /** What the trace list had before is being written. */
  isListing: boolean;
}

export const traces = {
  title: 'Trace list',
  description: 'Who did what to which resource: the last seven days, newest first.',
  range: { '1h': 'Last hour', '1d': 'Last day', '7d': 'Last week' } as Record<string, string>,
  rangeAria: 'Time range',
  filters: {
    title: 'Filters',
    about: {
      type: 'Management: operations on resources. Data: reading and writing the objects of buckets that a data tracker watches.',
      source: 'The service that reports the operation, such as ECS or IAM.',
      resourceType:
        'Kind of the resource, as its service calls it. What is offered depends on the trace source.',
      by: 'One value, exactly: the operation, the id of a trace, or a resource.',
      operator: 'Who did it: a user, an agency, or the platform itself. Several may be chosen.',
      status:
        'Normal: it succeeded. Warning: it failed. Incident: it had serious consequences beyond its own failure.',
    },
    type: 'Trace type',
    management: 'Management',
    data: 'Data',
    source: 'Trace source',
    resourceType: 'Resource type',
    by: 'Search by',
    value: 'Value',
    operator: 'Operator',
    status: 'Trace status',
    all: 'All',
    any: 'Any',
    reset: 'Reset',
    allProjects: 'All my projects',
    exact: 'Exact, upper and lower case matter',
    show: 'Filters',
    loading: 'Loading…',
    none: 'Nothing found',
    clear: 'Clear',
    zone: (zone: string, week: boolean) => `Times in ${zone}${week ? '; the last seven days' : ''}`,
  },
  query: {
    label: 'Query',
    placeholder: 'jane -source:IAM name:delete* ip:192.0.2.0/24 status:failed',
    search: (query: string) => `Search: ${query}`,
    recent: 'Recent queries',
    withFilters: 'The filters below must match as well.',
    manual: 'All of the query language',
    examples: [
      ['web-1', 'Stands anywhere in the trace, also in request and response'],
      ['"disk is full"', 'These words, one after the other'],
      ['name:delete*', 'A field; * stands for anything'],
      ['user:jane,bob', 'One of several values'],
      ['-source:IAM', 'Not this'],
      ['ip:192.0.2.0/24', 'A network'],
      ['status:failed write', 'What failed, and was to change something'],
      ['code:>=400', 'Numbers, and times: time:>-15m'],
      ['request.server.flavor:s3', 'A member of the request'],
      ['(a OR b) c', 'One of both, and c'],
    ] as [string, string][],
    without: 'Without this value',
    around: 'Five minutes before and after',
    sameKey: 'All with this access key',
    sameSession: 'All of this session',
    sameRequest: 'All of this request',
  },
  by: {
    trace_name: 'Trace name',
    trace_id: 'Trace ID',
    resource_id: 'Resource ID',
    resource_name: 'Resource name',
    source_ip: 'Source address',
  } as Record<string, string>,
  status: { normal: 'Normal', warning: 'Warning', incident: 'Incident', failed: 'Failed (both)' } as Record<
    string,
    string
  >,
  columns: {
    trace_name: 'Trace Name',
    service_type: 'Trace Source',
    resource_type: 'Resource Type',
    resource_name: 'Resource Name',
    resource_id: 'Resource ID',
    user: 'Operator',
    source_ip: 'Source Address',
    access_key_id: 'Access Key',
    trace_type: 'Request Source',
    code: 'Code',
    project_id: 'Project',
    trace_rating: 'Trace Status',
    time: 'Operation Time',
  },
  columnsMenu: 'Columns',
  resize: (column: string) =>
    `Width of ${column}: draw it, use the left and right arrow keys, or click twice for the ordinary one`,
  newestFirst: 'Newest first',
  oldestFirst: 'Oldest first',
  refresh: 'Refresh',
  live: 'Live',
  liveOn: 'Live: new traces appear by themselves',
  fresh: (count: number) => (count === 1 ? 'Show 1 new trace' : `Show ${number(count)} new traces`),
  export: 'Export',
  exportCsv: 'Export CSV',
  exportNewest: 'Newest 5,000 as CSV',
  exportAll: 'All matching as CSV',
  exportWhole: 'All matching as NDJSON, with requests and responses',
  exporting: 'Export is running…',
  loadMore: { newest: 'Load older traces', oldest: 'Load newer traces' },
  loadingMore: { newest: 'Loading older traces…', oldest: 'Loading newer traces…' },
  loading: 'Loading traces…',
  end: (count: number, order: 'newest' | 'oldest') =>
    `${number(count)} ${count === 1 ? 'trace' : 'traces'}; nothing ${order === 'newest' ? 'older' : 'newer'} in this range.`,
  shown: (count: number, more: boolean) => (more ? `${number(count)}+` : number(count)),
  shownOf: (count: number, total: number) => `${number(count)} of ${number(total)}`,
  total: (count: number) => `${number(count)} ${count === 1 ? 'trace' : 'traces'}`,
  empty: {
    title: 'No traces match',
    hints: [
      'Is the time range wide enough?',
      'Do the filters match exactly, with upper and lower case?',
      'Is it the right project? Traces of global services such as IAM are in the project of the central region.',
      'Is the operation older than what is kept here (7 days)?',
      'Does the service report this operation at all?',
    ],
    week: 'Search the last week',
    reset: 'Reset the filters',
    archive: 'Search the archive',
  },
  notify: 'Notify me of this',
  share: {
    copy: 'Copy link',
    absolute: 'To these traces, with absolute times',
    relative: (range: string) => `To this question: ${range}`,
    copied: 'The link is copied',
    failed: 'The link could not be copied',
  },
  saved: {
    title: 'Saved searches',
    save: 'Save this search',
    name: 'Name of the present search',
    hint: 'It is kept with its time range, query, filters and columns.',
    share: 'For everybody who reads the traces of this project',
    shared: 'shared',
    by: (user: string) => `shared by ${user}`,
    remove: (name: string) => `Remove ${name}`,
    saved: (name: string) => `The search ${name} is saved`,
  },
  values: {
    title: 'Values',
    show: 'Show values',
    hide: 'Hide values',
    only: (value: string, field: string) => `Only ${field} ${value}`,
    without: (value: string, field: string) => `Without ${field} ${value}`,
    more: (count: number) => `${number(count)} more`,
    fewer: 'Fewer',
    none: 'None',
    missing: 'Could not be counted',
    writes: 'Changes',
    reads: 'Reads',
    fields: {
      trace_rating: 'Status',
      service_type: 'Trace source',
      trace_name: 'Operation',
      user: 'Operator',
      source_ip: 'Source address',
      read_only: 'Changes and reads',
      resource_type: 'Resource type',
      resource_name: 'Resource',
      access_key_id: 'Access key',
      code: 'Code',
      user_agent: 'User agent',
    },
  },
  error: {
    title: 'The traces could not be loaded',
    away: 'The trace store is not responding. Nothing is lost: new traces wait in the journal. Trying again…',
    retry: 'Try again',
  },
  recorded: (recorded: number, since: string, inFiles: string) =>
    `${number(recorded)} recorded since ${since}, ${inFiles}`,
  accounted: (recorded: number, since: string, inFiles: string) =>
    `${number(recorded)} recorded since ${since}, all searchable, ${inFiles}`,
  recordingOff: 'Nothing new is recorded now',
  inFiles: ({ archived, awaiting, unarchived, transferred, isListing }: InFiles) => {
    if (archived === 0 && transferred === false) return 'none archived: the tracker has no bucket';
    if (awaiting + unarchived === 0) return 'all archived';
    const rest = isListing
      ? 'still to be written from the trace list'
      : 'in no trace file, since they were recorded without a transfer';
    return [
      `${number(archived)} archived`,
      ...(awaiting > 0 ? [`${number(awaiting)} waiting for the next trace files`] : []),
      ...(unarchived > 0 ? [`${number(unarchived)} ${rest}`] : []),
    ].join(', ');
  },
  underway: (missing: number) => `${number(missing)} recorded traces are still on their way to the list`,
  histogram: {
    title: 'Traces over time',
    hint: 'Drag over the bars to choose a range; with the keyboard, move with the arrow keys, extend with Shift, choose with Enter.',
    back: 'Back to last hour',
    none: 'No traces in this range',
  },
  row: {
    expand: 'Show details',
    collapse: 'Hide details',
    view: 'View trace',
    filter: 'Only this value',
    copy: 'Copy',
  },
  view: {
    title: 'Trace',
    newer: 'Newer',
    older: 'Older',
    archive: 'Look for it in the archive',
    json: 'JSON',
    readable: 'Readable',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Copying failed',
    download: 'Download',
    close: 'Close',
    missing: 'There is no trace with this id in this project, or it is no longer kept.',
  },
};
