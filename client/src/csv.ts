/**
 * What a spreadsheet may take for a formula: a sign of one (also in full width, as East Asian ones read it),
 * after whatever is not seen or passed over: blanks, line ends, control, format and zero-width characters.
 */
const FORMULA =
  /^[\t\r\n\ufeff]|^[\s\p{C}\p{M}\p{Default_Ignorable_Code_Point}]*[=+\-@|%＝＋－＠｜％﹢﹣﹦﹫﹪−]/u;

/** RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvCell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
