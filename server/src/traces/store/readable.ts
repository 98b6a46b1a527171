/**
 * SQL that gives a JSON text as the engine can read it. Whole numbers beyond 64 bits, numbers beyond a double and
 * halves of surrogate pairs are JSON, but the engine's parser refuses the whole text for one of them: of such a
 * number one digit is left, of a half nothing. What is compared with is text of known members, in which neither
 * stands.
 */
export const readable = (text: string): string => `if(isValidJSON(${text}), ${text}, ${without(text)})`;

/**
 * SQL that gives a text member of a JSON text, which is made readable only where it has to be.
 * @param usual a member that nearly every text has: where the engine finds it, it has read the whole
 */
export const textMember = (text: string, name: string, usual: string): string =>
  `if(JSONExtractString(${text}, '${usual}') != '' OR isValidJSON(${text}),
    JSONExtractString(${text}, '${name}'), JSONExtractString(${without(text)}, '${name}'))`;

function without(text: string): string {
  // A pair of backslashes is one that says itself: what follows it is no escape.
  const halves = String.raw`(\\\\\\\\)|\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}`;
  // Strings are matched to be passed over: what looks like a number in one is text.
  const string = String.raw`("(?:[^"\\\\]|\\\\.)*")`;
  const first = String.raw`([:,[]\\s*-?[0-9])`;
  const long = `${first}[0-9]{18,}(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?`;
  const large = `${first}[0-9]*(?:[.][0-9]+)?[eE][+]?[0-9]{3,}`;
  const whole = String.raw`replaceRegexpAll(${text}, '${halves}', '\\1')`;
  return String.raw`replaceRegexpAll(${whole}, '${string}|${long}|${large}', '\\1\\2\\3')`;
}
