import { language } from '../settings.ts';
import type { Texts } from './en/index.ts';

/** Every text of the console, in the language that was chosen when the page was opened. */
export const texts: Texts =
  language() === 'de' ? (await import('./de/index.ts')).german : (await import('./en/index.ts')).english;
