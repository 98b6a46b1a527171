/*
 * One gzip member (RFC 1952) out of parts that are compressed each for itself: raw deflate blocks, flushed at
 * their ends so that others may follow. Several members would be one file to most readers, but some stop after
 * the first and say nothing.
 */

/** Method deflate, no name, no time, unknown system. */
export const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const LAST_BLOCK = Buffer.from([3, 0]);

/** What stands behind the last part. @param crc CRC-32 of all plain bytes. @param bytes how many these are */
export function gzipEnd(crc: number, bytes: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  return Buffer.concat([LAST_BLOCK, trailer]);
}
