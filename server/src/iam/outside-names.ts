import { ERRORS } from '../errors.ts';
import { MAX_NAME, MAX_SUBJECT } from './limits.ts';

/** Neither letter, digit, mark nor what names are joined with. */
const OTHERS = /[^\p{L}\p{M}\p{N} _.@+'-]/gu;
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A name as it may stand in lists, traces and messages: one short line in one spelling, without anything that
 * is invisible or markup.
 * @throws CtsError 401 when nothing is left of it
 */
export function tidyName(told: string, claim: string): string {
  // Cut first, so that what is done to it is bounded; no character becomes more than 18 in this form.
  const line = told
    .slice(0, MAX_NAME * 4)
    .normalize('NFKC')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .replace(INVISIBLE, '')
    .replace(OTHERS, '_')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  const name = [...line].slice(0, MAX_NAME).join('').trim();
  if (name === '') {
    throw ERRORS.unauthenticated(`the provider's ${claim}, which is to be the user's name, holds no letter`);
  }
  return name;
}

/** Subject of a person at its provider, which tells it for good. @throws CtsError 401 */
export function subjectOf(told: unknown): string {
  if (typeof told !== 'string' || told === '' || told.length > MAX_SUBJECT) {
    throw ERRORS.unauthenticated(`the provider's sub is no text of 1 to ${MAX_SUBJECT} characters`);
  }
  return told;
}

/**
 * What a name looks like to a person: two names with the same skeleton can be mistaken for each other. Case
 * and compatible forms count nothing, letters of other scripts count as the Latin ones that they resemble.
 */
export function skeletonOf(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(INVISIBLE, '');
  return [...plain]
    .map((letter) => LOOKS_LIKE.get(letter) ?? letter)
    .join('')
    .replace(/rn/g, 'm');
}

/** Lower-case letters and digits that look like those before the colon; after Unicode's confusables. */
const LOOKS_LIKE = new Map(
  [
    'a:аαɑ⍺',
    'b:ЬьƅᏏ',
    'c:сϲᴄⅽ',
    'd:ԁⅾɗ',
    'e:еҽєɛε',
    'g:ɡց',
    'h:һհʜ',
    'j:јϳ',
    'k:кκᴋ',
    'l:1iıіιɩӏ|ǀ',
    'm:мⅿ',
    'n:ոռпη',
    'o:0оοσօᴏ',
    'p:рρ',
    'q:ԛզ',
    'r:гᴦ',
    's:ѕꜱ',
    't:тτᴛ',
    'u:υսᴜ',
    'v:νѵᴠ',
    'w:ԝѡᴡω',
    'x:хχ×',
    'y:уүγʏ',
    'z:ᴢ',
    'b:в',
    '-:‐‑‒–—−',
    '3:зҙӡ',
    '6:б',
    'f:ғ',
  ].flatMap((line) => {
    const [latin = '', others = ''] = line.split(':');
    return [...others].map((other) => [other.toLowerCase(), latin] as const);
  }),
);
