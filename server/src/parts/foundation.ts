import type { Logger } from 'pino';
import type { Operations, Recorder } from '../auditing/index.ts';
import type { Timekeeper } from '../clock/index.ts';
import type { Config } from '../config.ts';
import type { FollowerEars, Journal } from '../journal/index.ts';
import type { Metadata } from '../metadata/index.ts';

/** What the parts of the service stand on. */
export interface Foundation {
  config: Config;
  log: Logger;
  /** What time it is at the most. */
  clock: () => number;
  time: Timekeeper;
  metadata: Metadata;
  rootKey: Buffer;
  journal: Journal;
  recorder: Recorder;
  operations: Operations;
  /** What followers of the journal have to tell. */
  ears: FollowerEars;
}
