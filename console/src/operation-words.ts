/** Words of an operation's name, the verb first: of `batchDeleteServers` and `delete_servers` alike. */
export function wordsOf(operation: string): { verb: string; nouns: string[] } {
  const words = operation.split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/);
  const [verb = '', ...nouns] = words[0]?.toLowerCase() === 'batch' ? words.slice(1) : words;
  return { verb: verb.toLowerCase(), nouns };
}
