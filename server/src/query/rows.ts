/** A set of places, 32 in a number. */
export type Row = Int32Array;

/** @param places how many there are */
export const rowOf = (places: number): Row => new Int32Array(Math.ceil(places / 32));

export function put(row: Row, place: number): void {
  row[place >>> 5] = (row[place >>> 5] as number) | (1 << (place & 31));
}

export const has = (row: Row, place: number): boolean =>
  (((row[place >>> 5] as number) >>> (place & 31)) & 1) === 1;

export function add(row: Row, more: Row): void {
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) | (more[i] as number);
}

/** Code of a letter from A to Z in lower case; others stay as they are. */
export const lowerCode = (code: number): number => (code >= 0x41 && code <= 0x5a ? code + 0x20 : code);
