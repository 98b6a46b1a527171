import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** What was stored as JSON, or why it cannot be read. */
export type Stored<Value> = { value: Value; problem?: undefined } | { value?: undefined; problem: string };

/**
 * A reader of what is stored as JSON. Rows are changed by restores, repairs and other versions, too: one that cannot
 * be read costs only itself.
 * @param shape what whoever uses it relies on, and no bounds: these may have been others when it was stored
 */
export function readerOf<Shape extends TSchema>(shape: Shape): (text: string) => Stored<Static<Shape>> {
  const validator = Compile(shape);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { problem: 'it is not JSON' };
    }
    if (validator.Check(value)) return { value: value as Static<Shape> };
    const error = validator.Errors(value)[0];
    const where = error?.instancePath.slice(1).replaceAll('/', '.');
    return { problem: `${where ? `${where} ` : 'it '}${error?.message ?? 'has another form'}` };
  };
}
