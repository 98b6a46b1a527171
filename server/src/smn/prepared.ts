import type { Outcome } from './channels/channel.ts';

/** A message in the form of its protocol. */
export interface Prepared {
  subject: string;
  send: () => Promise<Outcome>;
}
