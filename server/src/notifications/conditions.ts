import { ERRORS } from '../errors.ts';
import { isPlainWord } from '../text.ts';
import type { TraceCondition } from '../traces/index.ts';

const TEXT = (least: number, most: number) => ({
  rule: `must hold ${least} to ${most} characters`,
  fits: (value: string) => value.length >= least && value.length <= most,
});
const oneOf = (...values: string[]) => ({
  rule: `must be one of ${values.join(', ')}`,
  fits: (value: string) => values.includes(value),
});

/** Members of a trace that a filter can compare, and what their values may be (`docs/reference/cts-api.md` 5.1). */
const FIELDS = {
  api_version: {
    rule: 'must hold 1 to 64 of letters, digits, "_", "-" and "."',
    fits: (value: string) => /^[a-zA-Z0-9_\-.]{1,64}$/.test(value),
  },
  code: TEXT(1, 256),
  trace_rating: oneOf('normal', 'warning', 'incident'),
  trace_type: oneOf('ConsoleAction', 'ApiCall', 'SystemAction'),
  resource_id: TEXT(1, 350),
  resource_name: TEXT(1, 256),
};
export type ConditionField = keyof typeof FIELDS;

export type Condition = TraceCondition;

/**
 * Reads `field = value` or `field != value`, split at the first operator; a value may hold blanks and `=`.
 * @param path names the condition in the refusal
 * @throws CtsError 400
 */
export function parseCondition(text: string, path: string): Condition {
  const equals = text.indexOf('=');
  const isNegated = text[equals - 1] === '!';
  const field = text.slice(0, isNegated ? equals - 1 : equals).trim();
  const value = text.slice(equals + 1).trim();
  if (equals < 0 || field.includes('!')) {
    throw ERRORS.invalidBody(
      path,
      `${path} is ${JSON.stringify(text)}; it must be "field = value" or "field != value"`,
    );
  }
  const known = FIELDS[field as ConditionField];
  if (!known || !Object.hasOwn(FIELDS, field)) {
    throw ERRORS.invalidBody(
      path,
      `${path} compares ${isPlainWord(field) ? JSON.stringify(field) : 'something else'}; it must be one of ${Object.keys(FIELDS).join(', ')}`,
    );
  }
  if (!known.fits(value)) {
    throw ERRORS.invalidBody(
      path,
      `${path} compares ${field} with ${JSON.stringify(value)}, which ${known.rule}`,
    );
  }
  return { field: field as ConditionField, equal: !isNegated, value };
}
