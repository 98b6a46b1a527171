import { elementsIn, membersIn } from './json-text.ts';

/** Traces that were read here, as they stood in their answers. */
const TEXTS = new WeakMap<object, string>();

/**
 * A trace as the service told it, to the last digit. JavaScript rounds long numbers, and forgets what an object
 * names twice.
 */
export const textOf = (trace: object): string => TEXTS.get(trace) ?? JSON.stringify(trace);

/** What an answer with traces says. How each of them stood there is kept for {@link textOf}. */
export async function tracesOf<Page extends { traces: object[] }>(answer: Promise<string>): Promise<Page> {
  const text = await answer;
  const page = JSON.parse(text) as Page;
  const list = membersIn(text)?.findLast(({ name }) => name === 'traces');
  const texts = list ? elementsIn(text.slice(list.start, list.end)) : undefined;
  for (const [index, trace] of page.traces.entries()) {
    const sent = texts?.[index];
    if (sent !== undefined) TEXTS.set(trace, sent);
  }
  return page;
}
