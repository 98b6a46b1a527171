/**
 * SQL that gives a JSON text as the engine can read it. Whole numbers beyond 64 bits, numbers beyond a double and
 * halves of surrogate pairs are JSON, but the engine's parser refuses the whole text for one of them: there they
 * are left out. What is compared with is text of known members, in which neither stands.
 */
export function readable(text: string): string {
  // A pair of backslashes is one that says itself: what follows it is no escape.
  const halves = String.raw`(\\\\\\\\)|\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}`;
  const number = '-?[0-9]{19,}(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?|-?[0-9]+(?:[.][0-9]+)?[eE][+]?[0-9]{3,}';
  const without = String.raw`replaceRegexpAll(replaceRegexpAll(${text}, '${halves}', '\\1'), '([:,[])\\s*(?:${number})', '\\1 0')`;
  return `if(isValidJSON(${text}), ${text}, ${without})`;
}
