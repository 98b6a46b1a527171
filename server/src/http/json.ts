import { isUtf8 } from 'node:buffer';
import { ERRORS, syntaxReason } from '../errors.ts';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits.ts';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * What a JSON body holds. How deep and how much of it there is, is known before it is parsed: nothing that works
 * on it afterwards can run out of stack, or take long.
 * @throws CtsError 400
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw ERRORS.invalidBody(undefined, 'the body is not valid UTF-8');
  const { depth, values } = measure(bytes);
  if (depth > MAX_JSON_DEPTH) {
    throw ERRORS.invalidBody(undefined, `the body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
  if (values > MAX_JSON_VALUES) {
    throw ERRORS.invalidBody(undefined, `the body holds more than ${MAX_JSON_VALUES} values`);
  }
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw ERRORS.invalidBody(undefined, `the body is not valid JSON: ${syntaxReason(error)}`);
  }
  if (ODD_ESCAPE.test(text) && holdsOddText(value)) {
    throw ERRORS.invalidBody(undefined, 'the body holds a text with NUL or half of a surrogate pair');
  }
  return value;
}

/** Escapes that can stand for a character which is stored nowhere as it is. */
const ODD_ESCAPE = /\\u(?:d[89a-f]|0000)/i;
const ODD_TEXT = /\0|\p{Cs}/u;

function holdsOddText(value: unknown): boolean {
  if (typeof value === 'string') return ODD_TEXT.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => ODD_TEXT.test(name) || holdsOddText(member));
}

/** Levels of nesting, and values at the most: in one pass, without regard to whether it is JSON. */
function measure(bytes: Buffer): { depth: number; values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) {
      inText = true;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      values++;
      deepest = Math.max(deepest, ++depth);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth--;
    } else if (byte === COMMA) {
      values++;
    }
  }
  return { depth: deepest, values };
}
