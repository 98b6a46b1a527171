import type { QueryProblem } from '@opencts/client/query';

/** What is wrong with a query, and where. @param text the query */
export function toldProblem(text: string, { at, end, message }: QueryProblem): string {
  const part = text.slice(at, Math.max(end, at + 1));
  const where = part ? `at character ${at + 1}, ${JSON.stringify(part.slice(0, 80))}` : 'at its end';
  return `${where}: ${message}`;
}
