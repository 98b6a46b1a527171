import { ApiError } from './api/client.ts';
import { texts } from './texts/index.ts';

/**
 * Why something was refused, in the language of the console where the code tells it; the service's own words, which
 * name the value, stand behind. @param said other words of the service
 */
export function toldOf(error: Error, said = error.message): string {
  if (!(error instanceof ApiError)) return said;
  const known = texts.refusals[error.code] ?? texts.refusals[String(error.status)];
  return known ? texts.refused(known, said) : said;
}
