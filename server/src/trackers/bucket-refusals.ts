import { CtsError, ERRORS } from '../errors.ts';
import { ObjectStoreError } from '../objects/index.ts';

/** @throws CtsError why a bucket cannot be used: 503, or 400 when the object store denies it */
export function refuseBucket(error: unknown): never {
  if (!(error instanceof ObjectStoreError)) throw error;
  if (error.problem !== 'away') throw ERRORS.refused('CTS.0211', 'obs_info.bucket_name', error.message);
  throw ERRORS.unavailable(`the object store cannot be used: ${error.message}`, 10);
}

/** @param field that named the bucket. @throws CtsError why it could not be made: 503, or 400 */
export function refuseNewBucket(error: unknown, field: string, name: string): never {
  if (error instanceof CtsError) throw error;
  if (error instanceof ObjectStoreError && error.problem === 'exists') throw bucketExists(field, name);
  if (error instanceof ObjectStoreError && error.problem === 'away') return refuseBucket(error);
  const reason = (error as Error).message;
  throw ERRORS.refused('CTS.0216', field, `the bucket ${name} could not be made: ${reason}`);
}

/** A bucket of that name is there, whoever has it. */
export function bucketExists(field: string, name: string): CtsError {
  const yours = field.startsWith('obs_info') ? ', or leave is_obs_created out if it is yours' : '';
  return ERRORS.refused(
    'CTS.0215',
    field,
    `${field} is ${name}, but this bucket exists already; choose another name${yours}`,
  );
}
