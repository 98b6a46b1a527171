import { number } from './number.ts';

export const guide = {
  title: 'First steps',
  description: 'From nothing to a proven audit trail in four steps. Finished steps are ticked.',
  done: 'Done',
  open: 'To do',
  unknown: 'You do not have permission to see this',
  enable: {
    title: 'Enable CTS in this project',
    text: 'Until then nothing is recorded. Enabling creates the management tracker, here and in the region of global services such as IAM.',
    off: 'Recording is switched off.',
  },
  producer: {
    title: 'Send the first trace',
    text: 'A connected service reports with an ingest key: a secret that can do nothing but report. Create one, run the command, and the trace appears below.',
    create: 'Create an ingest key',
    once: 'The key is shown this once. Keep it where the service finds its secrets.',
    command: 'Command that sends a trace',
    copy: 'Copy the command',
    copied: 'Copied',
    copyFailed: 'Copying failed',
    waiting: 'Waiting for the first trace…',
    arrived: 'It has arrived',
    first: {
      absent: 'Enable CTS first: until then nothing is recorded.',
      off: 'Switch recording on first: until then nothing is recorded.',
    },
  },
  tracker: {
    title: 'Keep traces permanently',
    text: 'The trace list holds seven days. A transfer writes every trace into trace files in a bucket, and signed digest files prove that none was changed.',
    act: 'Set up the transfer',
    bucket: (name: string) => `Transferred to ${name}.`,
  },
  notification: {
    title: 'Get notified of key events',
    text: 'People or systems are notified within a second when something is deleted, somebody signs in, or permissions change.',
    act: 'Create a notification',
    count: (count: number) => `${number(count)} ${count === 1 ? 'notification' : 'notifications'}.`,
    silent: (count: number) =>
      `${number(count)} ${count === 1 ? 'notification reaches' : 'notifications reach'} no one: disabled, or without a topic.`,
  },
};
