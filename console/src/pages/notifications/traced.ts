import type { Operation, TracedOperation } from '../../api/types.ts';
import { keyOf } from './draft.ts';

/** An operation to choose. */
export interface Choice extends Operation {
  /** Traces of it that the trace list has. */
  count: number;
}

/** The operations of the catalogue, and before them those that it does not know but that were traced. */
export function withTraced(catalogue: readonly Operation[], traced: readonly TracedOperation[]): Choice[] {
  const counts = new Map(traced.map((one) => [keyOf(one), one.count]));
  const known = catalogue.map((one) => ({ ...one, count: counts.get(keyOf(one)) ?? 0 }));
  const names = new Set(catalogue.map(keyOf));
  const others = traced
    .filter((one) => !names.has(keyOf(one)))
    .map((one) => ({ ...one, description: '', risk: '' as const, typical: false }));
  return [...others, ...known];
}
