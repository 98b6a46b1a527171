/**
 * A record of AWS CloudTrail, as far as its form is relied on (`docs/reference/sources.md` 3); everything else is
 * carried along.
 */
export interface CloudTrailRecord extends Record<string, unknown> {
  eventSource: string;
  eventName: string;
}
