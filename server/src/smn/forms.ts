/** In which form an HTTP(S) subscriber takes messages; all but the first are additions of OpenCTS. */
export const FORMS = ['opencts', 'slack', 'teams', 'plain'] as const;
export type Form = (typeof FORMS)[number];

/** A message in pieces, to be put into the form of a receiver. */
export interface Parts {
  title: string;
  /** Text below the title; may be empty. */
  text: string;
  facts: readonly [name: string, value: string][];
  link?: { label: string; url: string };
  /** Why it comes. */
  foot?: string;
}

/** What Slack and Teams take of one text, about. */
const MOST_TEXT = 3000;

/** What of a subscription tells its form. */
interface Formed {
  extension: { form?: Form };
}

export const formOf = ({ extension }: Formed): Form => extension.form ?? 'opencts';

/** Whether a subscriber can open the link of its confirmation by itself; chat systems cannot. */
export const isSelfConfirming = ({ protocol, extension }: Formed & { protocol: string }) =>
  (protocol !== 'http' && protocol !== 'https') || formOf({ extension }) === 'opencts';

const BODIES: Record<Exclude<Form, 'opencts'>, (parts: Parts) => unknown> = {
  slack: ({ title, text, facts, link, foot }) => ({
    text: [
      `*${slackText(title)}*`,
      ...(text ? [slackText(cut(text))] : []),
      ...facts.map(([name, value]) => `${name}: ${slackText(value)}`),
      ...(link ? [`<${slackText(link.url)}|${slackText(link.label)}>`] : []),
      ...(foot ? [`_${slackText(foot)}_`] : []),
    ].join('\n'),
  }),
  teams: ({ title, text, facts, link, foot }) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            paragraph([{ text: title, weight: 'Bolder', size: 'Medium' }]),
            ...(text ? [paragraph([{ text: cut(text) }])] : []),
            ...facts.map(([name, value]) =>
              paragraph([{ text: `${name}: `, weight: 'Bolder' }, { text: value }]),
            ),
            ...(foot ? [paragraph([{ text: foot, isSubtle: true }])] : []),
          ],
          ...(link ? { actions: [{ type: 'Action.OpenUrl', title: link.label, url: link.url }] } : {}),
        },
      },
    ],
  }),
  plain: ({ title, text, facts, link }) => ({
    title,
    text,
    ...Object.fromEntries(facts.map(([name, value]) => [name.toLowerCase(), value])),
    ...(link ? { link: link.url } : {}),
  }),
};

/** The JSON body of a request. */
export const bodyIn = (form: Exclude<Form, 'opencts'>, parts: Parts) => JSON.stringify(BODIES[form](parts));

/** Runs of a RichTextBlock are shown as they are: what comes from a trace cannot add links or markup. */
const paragraph = (runs: Record<string, unknown>[]) => ({
  type: 'RichTextBlock',
  inlines: runs.map((run) => ({ type: 'TextRun', ...run })),
});

/** `&`, `<` and `>` are all that Slack takes for links, mentions and commands. */
const slackText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const cut = (text: string) => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text);
