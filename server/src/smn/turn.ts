/** Of a subscriber, within which its messages are sent. */
export interface Turn {
  /** Of `performance.now()`. */
  ends: number;
  /** Nobody knows how long its requests take: one is enough. */
  isTrial: boolean;
  /** A request has been open for long: others may go on beside it, and it is the last one of this turn. */
  takesLong(): void;
}
