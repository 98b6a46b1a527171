import { visible } from './visible.ts';

const UNSEEN = String.raw`\s\p{C}\p{M}\p{Default_Ignorable_Code_Point}`;
const SIGN = '[=+\\-@|%＝＋－＠｜％﹢﹣﹦﹫﹪−]';

/**
 * What a spreadsheet may take for a formula: a sign of one (also in full width, as East Asian ones read it),
 * after whatever is not seen or passed over: blanks, line ends, control, format and zero-width characters.
 */
const FORMULA = new RegExp(String.raw`^[\t\r\n\ufeff]|^[${UNSEEN}]*${SIGN}`, 'u');

/** The same where a cell begins to a program that parts cells by semicolons or tabs and sees no quotes within. */
const INNER_FORMULA = new RegExp(String.raw`(?=${SIGN})(?<=[;\t\r\n][${UNSEEN}"]*)`, 'gu');

/**
 * RFC 4180, in quotes also where a program might part cells by another character; before what a spreadsheet
 * would take for a formula comes an apostrophe. Characters that are obeyed instead of shown are written as escapes.
 */
export function csvCell(text: string): string {
  const harmless = visible((FORMULA.test(text) ? `'${text}` : text).replace(INNER_FORMULA, "'"));
  return /[",;|\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
