/** CloudWatch Logs puts it before each line that it exports. */
const STAMP = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)[ \t]+(?=[{[])/;
const LONGEST_STAMP = 48;

/** Behind the time before a value, where there is one. */
export function pastStamp(bytes: Buffer, from: number): number {
  const first = bytes[from] as number;
  if (!(first >= 0x30 && first <= 0x39)) return from;
  const stamp = STAMP.exec(bytes.toString('latin1', from, from + LONGEST_STAMP));
  return from + (stamp?.[0].length ?? 0);
}
