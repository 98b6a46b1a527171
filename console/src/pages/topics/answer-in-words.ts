import { texts } from '../../texts/index.ts';

/** What became of an attempt, in the language of the console where the service said it; a receiver's words stay. */
export const answerInWords = (answer: string): string =>
  texts.topics.log.answers.reduce((text, [said, put]) => text.replace(said, put), answer);
