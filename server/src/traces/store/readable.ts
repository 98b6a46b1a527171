/**
 * SQL that gives a JSON text as the engine can read it. Whole numbers beyond 64 bits, numbers beyond a double and
 * halves of surrogate pairs are JSON, but the engine's parser refuses the whole text for one of them: of such a
 * number one digit is left, of a half nothing. What is compared with is text of known members, in which neither
 * stands.
 */
export function readable(text: string): string {
  // A pair of backslashes is one that says itself: what follows it is no escape.
  const halves = String.raw`(\\\\\\\\)|\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}`;
  // Strings are matched to be passed over: what looks like a number in one is text.
  const string = String.raw`("(?:[^"\\\\]|\\\\.)*")`;
  const first = String.raw`([:,[]\\s*-?[0-9])`;
  const long = `${first}[0-9]{18,}(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?`;
  const large = `${first}[0-9]*(?:[.][0-9]+)?[eE][+]?[0-9]{3,}`;
  const whole = String.raw`replaceRegexpAll(${text}, '${halves}', '\\1')`;
  const without = String.raw`replaceRegexpAll(${whole}, '${string}|${long}|${large}', '\\1\\2\\3')`;
  return `if(isValidJSON(${text}), ${text}, ${without})`;
}
