import { parseQuery, type Query, QueryProblem } from '@opencts/client/query';
import { ERRORS } from '../errors.ts';
import { toldProblem } from '../query/index.ts';
import { MOST_WORD_CHARACTERS, MOST_WORDS } from './limits.ts';

/**
 * Reads the query of a notification. It is asked of every trace as it comes: so it has no times, and few words.
 * @throws QueryProblem
 */
export function readRuleQuery(text: string): Query {
  const query = parseQuery(text, 0);
  const refuse = (problem: string) => {
    throw new QueryProblem(problem, 0, text.length);
  };
  const words = new Map<string, number>();
  for (const part of partsOf(query)) {
    if ('column' in part && (part.column === 'time' || part.column === 'record_time')) {
      refuse('a notification tells of traces as they come; it cannot ask for their time or record_time');
    }
    const word = wordIn(part);
    if (word) words.set(word.key, word.characters);
  }
  if (words.size > MOST_WORDS) {
    refuse(
      `it has ${words.size} words and patterns; that of a notification has at most ${MOST_WORDS}. Values of fields without * are not counted`,
    );
  }
  const characters = [...words.values()].reduce((sum, one) => sum + one, 0);
  if (characters > MOST_WORD_CHARACTERS) {
    refuse(
      `its words and patterns have ${characters} characters; those of a notification have at most ${MOST_WORD_CHARACTERS}. Values of fields without * are not counted`,
    );
  }
  return query;
}

/** @returns undefined: there is none. @throws CtsError 400 CTS.0003 what is wrong with it, and where */
export function parseRuleQuery(text: string): Query | undefined {
  if (text.trim() === '') return undefined;
  try {
    return readRuleQuery(text);
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    throw ERRORS.invalidBody('query', `query ${toldProblem(text, error)}`);
  }
}

function* partsOf(query: Query): Generator<Query> {
  if ('not' in query) yield* partsOf(query.not);
  else if ('all' in query) for (const one of query.all) yield* partsOf(one);
  else if ('any' in query) for (const one of query.any) yield* partsOf(one);
  else yield query;
}

/**
 * What is looked for all over a text, or compared with every value of a list. The same pattern of several fields is
 * one: each text is compared with it once.
 */
function wordIn(part: Query): { key: string; characters: number } | undefined {
  if ('words' in part) return { key: JSON.stringify(part), characters: part.words.text.length };
  if (!('is' in part)) return undefined;
  const { is } = part;
  if ('words' in is) return { key: JSON.stringify(part), characters: is.words.text.length };
  if ('like' in is) return { key: JSON.stringify(is), characters: is.like.join('').length };
  const isRange = 'member' in part && ('from' in is || 'to' in is);
  return isRange ? { key: JSON.stringify(is), characters: 0 } : undefined;
}
