/** Control characters, ends of lines, marks that turn the direction of writing, halves of characters. */
const NOT_ON_A_LINE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Cs}]/u;
const NOT_IN_A_TEXT = /[^\P{Cc}\t\r\n]|\p{Cs}/u;

/** Whether a name or subject is one line that shows all that it holds. */
export const isLine = (text: string) => !NOT_ON_A_LINE.test(text);
/** … or a text of several lines. */
export const isText = (text: string) => !NOT_IN_A_TEXT.test(text);

export const LINE_RULE = 'no control characters or line breaks';
export const TEXT_RULE = 'no control characters but tabs and line breaks';

/** A line of what must not break one: headers of mails, titles. */
export const oneLine = (text: string, most: number) =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').slice(0, most);
