import type { FairQueueOptions } from '../shares/index.ts';

const KB = 1024;
const MB = 1024 * KB;

/** NDJSON is taken in pieces, so its whole may be larger than one body, and hold more traces, by this factor. */
export const STREAM_FACTOR = 32;
/** Bytes of one trace as it is sent; its request, response and message are cut later. */
export const MAX_ITEM_BYTES = 2 * MB;
/** Values in one trace as it is sent: members, items, objects and arrays. */
export const MAX_ITEM_VALUES = 50_000;
/** Of a body `{"traces": […]}`: other members, and their bytes together; nothing is done with them. */
export const MOST_BESIDE = 100;
export const MAX_BESIDE_BYTES = 64 * KB;
/** Rejections of one request that are told; all are counted. */
export const TOLD_REJECTIONS = 100;
/** Characters of the reason of a rejection. */
export const MAX_REASON = 300;
/** A larger JSON body needs a place among few. */
export const SMALL_BODY = 384 * KB;
/** The traces of a body up to this are parsed at once, which takes 2 ms, and at worst 30. */
export const WHOLE_BODY = 640 * KB;

/** Large JSON bodies that are read or worked off. */
export const LARGE_BODIES: FairQueueOptions = {
  name: 'large bodies',
  atOnce: 4,
  each: 2,
  waiting: 64,
};
