/**
 * Characters that are obeyed instead of shown: controls, marks of direction (with which `exe.fdp` reads as
 * `pdf.exe`), and what takes no room. Not those that parts of emojis and of Persian words are joined with, and
 * neither tabs nor line ends.
 */
const OBEYED =
  /(?![\t\n\r])[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Text for people, in which nothing is hidden: `\u202e` in place of what would turn the direction around. */
export const visible = (text: string): string =>
  text.replace(OBEYED, (character) => {
    const code = character.codePointAt(0) as number;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
