export const clock = {
  warning: 'The clock of the machine may be wrong',
  times: (machine: string, lived: string) =>
    `It says ${machine}; counted from when this installation last ran, it is ${lived}. The clock has jumped, or the machine was off for long.`,
  kept: 'Until this is settled, nothing is removed that has expired only by the later time: days of the trace list, trace files with a lifecycle or a lock, keys whose deletion is scheduled, messages. Traces are taken as always.',
  cure: 'If it is wrong, set it right: the warning then ends by itself. If it is right, say so here, or with: opencts clock confirm',
  confirm: 'The clock is right',
  question: (machine: string) => `Is it ${machine}?`,
  consequence:
    'What has expired by this time is removed soon, for good. If the clock is wrong, traces, trace files and keys go too early.',
  confirmed: 'The clock is believed again.',
};
