/** The text that is signed: names in alphabetical order, each followed by its value. */
export const signedText = (members: Record<string, string>) =>
  Object.entries(members)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
