import { ALL_COLUMNS, type TextIndex } from '../../query/index.ts';

/** All text of a trace, in lower case, each column on lines of its own. */
export const ALL_TEXT = `lower(concatWithSeparator('\n', ${ALL_COLUMNS.map((column) =>
  column === 'trace_id' ? 'toString(trace_id)' : column,
).join(', ')}))`;

/** With another expression they need other names. */
export const WORD_INDEX_NAME = 'ix_words';
export const ID_INDEX_NAME = 'ix_ids';
/** Bytes of a word that it holds. */
const LONGEST = 64;

/**
 * A table's index of the words in all text. Ids would make up nine tenths of it: it holds no hexadecimal number as they
 * have them, of 4 digits or at least 8, and nothing that is too long to be a word. Said with texts alone: the engine
 * compiles comparisons of numbers, and does not find its own names of them again where a part lacks the index.
 */
export const WORD_INDEX = `${WORD_INDEX_NAME} ${ALL_TEXT} TYPE text(
  tokenizer = 'splitByNonAlpha',
  postprocessor = ${heldOf(ALL_TEXT)})`;

function heldOf(word: string): string {
  const isShorter = (bytes: number) => `substring(${word}, ${bytes}, 1) = ''`;
  const isMadeOf = (digits: string) => `trimLeft(${word}, '${digits}') = ''`;
  const id = `if(${isShorter(4)}, ${word}, if(${isShorter(5)}, '', if(${isShorter(8)}, ${word}, '')))`;
  const hexadecimal = `if(${isMadeOf('0123456789')}, ${word}, ${id})`;
  const any = `if(${isMadeOf('0123456789abcdef')}, ${hexadecimal}, ${word})`;
  return `if(${isShorter(LONGEST + 1)}, ${any}, '')`;
}

/** Hexadecimal numbers of all text, as long as most ids have them. */
const IDS = `extractAll(${ALL_TEXT}, '[0-9a-f]{8,}')`;

/**
 * A table's index of ids: of every 8,192 rows it knows which they do not have. It is asked for some seventy at once,
 * where an escape of JSON may stand before one.
 */
export const ID_INDEX = `${ID_INDEX_NAME} ${IDS} TYPE bloom_filter(0.001) GRANULARITY 1`;

const ID = /^(?!\d+$)(?:[0-9a-f]{4}|[0-9a-f]{8,})$/;

export const WORDS: TextIndex = {
  holds: (word) => !ID.test(word) && Buffer.byteLength(word) <= LONGEST,
  hasAny: (placeholder) => `hasAnyTokens(${ALL_TEXT}, ${placeholder})`,
  hasAll: (placeholder) => `hasAllTokens(${ALL_TEXT}, ${placeholder})`,
};

export const OF_IDS: TextIndex = {
  holds: (id) => /^[0-9a-f]{8,}$/.test(id),
  hasAny: (placeholder) => `hasAny(${IDS}, ${placeholder})`,
  hasAll: (placeholder) => `hasAll(${IDS}, ${placeholder})`,
};
