import { ClickHouseError } from '@clickhouse/client';
import { InsertRefused, StoreUnavailable } from '../query.ts';

/** Codes of ClickHouse that blame the rows of an insert; no repetition would help. */
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
/** Codes of ClickHouse that blame the query itself; everything else may pass. */
const QUERY_ERRORS = new Set(['6', '41', '43', '46', '47', '53', '62', '72', '376', '386', '456']);

/** An insert is refused only for what its rows say; anything else may work later. */
export function insertError(error: unknown): Error {
  if (error instanceof ClickHouseError && DATA_ERRORS.has(error.code)) {
    return new InsertRefused(error.message, { cause: error });
  }
  return new StoreUnavailable('the trace store did not take an insert', { cause: error });
}

export function queryError(error: unknown): unknown {
  if (error instanceof ClickHouseError && QUERY_ERRORS.has(error.code)) return error;
  return new StoreUnavailable('the trace store does not answer', { cause: error });
}
