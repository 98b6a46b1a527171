const number = (value: number) => value.toLocaleString('en');
const traces = (count: number) => `${number(count)} ${count === 1 ? 'trace' : 'traces'}`;

export const overview = {
  title: 'Overview',
  description: 'What happens in the project, what fails, and what is new. Management traces.',
  range: 'Time range',
  ranges: { '1d': 'Last day', '7d': 'Last 7 days' },
  number,
  traces,
  perHour: 'Traces per hour',
  perDay: 'Traces per day (UTC)',
  hint: 'Drag over the bars, or use the arrow keys and Enter, to see the traces.',
  totals: { all: 'All traces', warning: 'Warnings', incident: 'Incidents' },
  totalHints: {
    all: 'Everything that was recorded',
    warning: 'Operations that failed',
    incident: 'Failures with grave consequences',
  },
  tops: {
    sources: 'Trace sources',
    users: 'Operators',
    resourceTypes: 'Resource types',
    failures: 'Failed operations',
  },
  none: 'None in this time',
  noFailures: 'Nothing failed in this time',
  firsts: {
    title: 'Unusual activity',
    description: 'What appeared for the first time within the last 24 hours.',
    compared: (since: string) => `Compared with all traces since ${since}.`,
    young:
      'There is not enough history yet. A day after the first traces, what is new can be told from what is usual.',
    operators: 'New operators',
    addresses: 'New source addresses',
    operations: 'New operations',
    none: 'None',
    nothing: 'Nothing new: every operator, source address and operation was seen before.',
    first: (time: string) => `First seen ${time}`,
    by: (user: string) => `by ${user}`,
    more: (count: number) => `Show ${number(count)} more`,
    most: (count: number) => `The newest ${number(count)} are shown.`,
  },
  trackers: {
    title: 'Trackers',
    all: 'All trackers',
    none: 'CTS is not enabled in this project: nothing is recorded.',
  },
  deliveries: {
    title: 'Deliveries',
    all: 'All topics',
    none: 'There are no subscriptions: nobody is told of key events.',
    fine: (count: number) =>
      `${number(count)} ${count === 1 ? 'subscription' : 'subscriptions'}, all deliver`,
    failing: (count: number) => `${number(count)} failing`,
    waiting: (count: number) => `${number(count)} waiting`,
    dead: (count: number) => `${number(count)} given up`,
  },
  empty: {
    title: 'No traces in this time',
    text: 'Nothing was recorded. The first steps lead from an empty project to the first trace.',
    guide: 'First steps',
    week: 'Show the last 7 days',
  },
  forbidden: 'You may not see anything of this project here. The role CTS ReadOnlyAccess is needed.',
};
