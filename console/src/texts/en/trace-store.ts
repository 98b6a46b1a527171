import { number } from './number.ts';

export const traceStore = {
  warning: 'The trace list is not whole',
  refilling: 'The trace list is being filled again',
  missing: (count: number) =>
    `${number(count)} ${count === 1 ? 'trace that was recorded is' : 'traces that were recorded are'} missing in the trace lists of this installation.`,
  progress: (done: number, all: number) => `${number(done)} of ${number(all)} trace files are read.`,
  unavailable: (count: number) =>
    `${number(count)} of them are neither in the journal nor in trace files, and cannot be brought back.`,
  more: 'opencts trace-store show gives details; docs/operate.md says what to do.',
};
