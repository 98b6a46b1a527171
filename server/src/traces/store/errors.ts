import { ClickHouseError } from '@clickhouse/client';
import { MAX_QUERY_MEMORY, MAX_QUERY_SECONDS } from '../limits.ts';
import { InsertFailed, InsertRefused, ReadTooLong, ReadTooWide, StoreUnavailable } from '../query.ts';

/** Codes of ClickHouse (`docs/reference/clickhouse.md` 3) that blame an insert's rows; no repetition would help. */
const DATA_ERRORS = new Set([
  '6',
  '26',
  '27',
  '33',
  '38',
  '41',
  '53',
  '69',
  '70',
  '72',
  '117',
  '130',
  '190',
  '321',
  '349',
  '376',
  '407',
  '467',
]);
/**
 * Codes of ClickHouse that blame neither rows nor statement: files and disk, network, time and memory, too much at
 * once, rights, replicas and their coordination, tables that are not there (yet).
 */
const WORLD_ERRORS = new Set([
  ...['16', '60', '74', '75', '76', '77', '81', '87', '88', '96', '107', '139', '159', '160', '164', '173'],
  ...[
    '192',
    '193',
    '194',
    '198',
    '201',
    '202',
    '203',
    '207',
    '209',
    '210',
    '216',
    '225',
    '236',
    '241',
    '242',
  ],
  ...[
    '243',
    '244',
    '246',
    '252',
    '254',
    '265',
    '273',
    '279',
    '285',
    '286',
    '289',
    '305',
    '319',
    '335',
    '341',
  ],
  ...['364', '374', '394', '415', '425', '439', '473', '497', '499', '516', '519', '574', '999', '1000'],
]);
/** Codes of ClickHouse that blame the query itself; everything else may pass. */
const QUERY_ERRORS = new Set(['6', '41', '43', '46', '47', '53', '62', '72', '376', '386', '456']);

/** Codes of ClickHouse that speak of files which are not as they were written. */
const DAMAGE = new Set([
  ...['6', '27', '32', '33', '34', '36', '40', '49', '74', '76', '79', '86', '88', '99', '107', '117', '131'],
  ...['173', '190', '226', '228', '235', '240', '246', '247', '261', '271', '354', '432', '434', '650'],
]);
const NO_SUCH_PART = '232';
/** A table or a database that is not there. */
const GONE = new Set(['60', '81']);
const MEMORY_LIMIT = '241';
const TIMEOUT = '159';
/** The engine as a whole has no memory left: that is nobody's question alone. */
const IN_ALL = /\(total\)/;

/** An insert is refused for what its rows say; of what is neither known nor the world's, that may be so. */
export function insertError(error: unknown): Error {
  if (error instanceof ClickHouseError && DATA_ERRORS.has(error.code)) {
    return new InsertRefused(error.message, { cause: error });
  }
  const message = 'the trace store did not take an insert';
  const unknown = error instanceof ClickHouseError && !WORLD_ERRORS.has(error.code);
  return unknown
    ? new InsertFailed(`${message}: ${error.message}`, { cause: error })
    : new StoreUnavailable(message, { cause: error });
}

export function queryError(error: unknown): unknown {
  if (error instanceof ClickHouseError) {
    if (QUERY_ERRORS.has(error.code)) return error;
    if (error.code === TIMEOUT) {
      return new ReadTooLong(`the query was ended after ${MAX_QUERY_SECONDS} s`, { cause: error });
    }
    if (error.code === MEMORY_LIMIT && !IN_ALL.test(error.message)) {
      return new ReadTooWide(`the query takes more than ${MAX_QUERY_MEMORY} bytes of memory`, {
        cause: error,
      });
    }
  }
  return new StoreUnavailable('the trace store does not answer', { cause: error });
}

/** Whether an error of a query tells that something in the store cannot be read. */
export const isDamage = (error: unknown) => DAMAGE.has(codeOf(error));

/** Whether an error tells that the store's tables are not there (any more). */
export const isGone = (error: unknown) => GONE.has(codeOf(error));

/** Whether an error tells that a part is not there any more. */
export const isGonePart = (error: unknown) => codeOf(error) === NO_SUCH_PART;

/** Of what callers are told, the cause counts; what they ask wrongly tells nothing of the store. */
function codeOf(error: unknown): string {
  const { cause } = error as Error;
  return error instanceof StoreUnavailable && cause instanceof ClickHouseError ? cause.code : '';
}
