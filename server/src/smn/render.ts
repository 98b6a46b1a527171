import { describe } from '../catalogue/index.ts';
import { exactJson, type Trace, traceOfLine } from '../traces/index.ts';
import type { Parts } from './forms.ts';
import { MOST_SMS, MOST_SUBJECT } from './limits.ts';
import type { Published } from './messages.ts';
import { oneLine as onOneLine } from './plain-text.ts';

/** Traces of a batch that are told one by one. */
const MOST_TOLD = 20;

/** A message as each protocol sends it. */
export interface Rendered {
  /** Empty: none. */
  subject: string;
  text: string;
  /** For e-mail. */
  html: string;
  sms: string;
  /** `message` of an HTTP(S) body. */
  web: string;
  /** For receivers with a form of their own. */
  parts: Parts;
}

/** What a key event notification tells of a trace. */
export interface KeyEvent {
  /** Name of the notification. */
  notification: string;
  trace: Trace;
  /** Page of the trace in the console. */
  link: string;
}

/** A key event of a project from the line in which it was journalled. */
export function keyEventOf(
  notification: string,
  line: string,
  projectId: string,
  publicUrl: string,
): KeyEvent {
  const trace = traceOfLine(line);
  const link = `${publicUrl}/console/?project=${projectId}&range=7d&trace=${trace.trace_id}`;
  return { notification, trace, link };
}

/** In plain language: what happened, who did it, to what, from where, and where to look. */
export function renderKeyEvent(event: KeyEvent): Rendered {
  const { trace, notification, link } = event;
  const result = { normal: 'succeeded', warning: 'failed', incident: 'caused an incident' }[
    trace.trace_rating
  ];
  const resource = trace.resource_name || trace.resource_id || trace.resource_type;
  const operator = trace.user?.name ?? 'the platform';
  const known = describe(trace.service_type, trace.resource_type, trace.trace_name);
  const what = known ? `${known} (${trace.trace_name})` : trace.trace_name;
  const time = `${new Date(trace.time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const account = trace.user?.domain?.name;
  const facts: [string, string][] = [
    ['What', `${what}, ${result}${trace.code ? ` (code ${trace.code})` : ''}`],
    ['Where', `${trace.service_type}, ${trace.resource_type}`],
    ['Resource', [trace.resource_name, trace.resource_id].filter(Boolean).join(', ') || 'not told'],
    ['Who', account ? `${operator}, account ${account}` : operator],
    ['From', trace.source_ip || 'inside the platform'],
    ['When', time],
  ];
  if (trace.message && trace.trace_rating !== 'normal') facts.push(['Message', trace.message.slice(0, 500)]);
  const headline = `${trace.trace_name} on ${resource} by ${operator} ${result}`;
  const why = `You get this because of the key event notification "${notification}".`;
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return {
    subject: oneLine(`[OpenCTS] ${headline}`),
    text: [
      headline,
      '',
      ...facts.map(([name, value]) => `${`${name}:`.padEnd(width)}${oneLine(value, 700)}`),
      '',
      `Look at it: ${link}`,
      '',
      why,
    ].join('\n'),
    html: page(
      headline,
      `<table cellpadding="6" style="border-collapse:collapse">${facts
        .map(
          ([name, value]) =>
            `<tr><td style="color:#5f6b7a;vertical-align:top">${name}</td><td>${escapeHtml(value)}</td></tr>`,
        )
        .join(
          '',
        )}</table><p><a href="${escapeHtml(link)}">Look at it in OpenCTS</a></p><p style="color:#5f6b7a">${escapeHtml(why)}</p>`,
    ),
    sms: `OpenCTS: ${oneLine(headline, 160)}, ${time}. ${link}`.slice(0, MOST_SMS),
    web: exactJson({ notification_name: notification, link, trace }),
    parts: {
      title: oneLine(headline),
      text: '',
      facts: facts.map(([name, value]) => [name, oneLine(value, 700)]),
      link: { label: 'Look at it in OpenCTS', url: link },
      foot: why,
    },
  };
}

/** What was queued in batches, for a receiver that takes no batches any more. */
export function partsOfBatch(
  traces: readonly Pick<Trace, 'trace_name' | 'resource_name' | 'service_type'>[],
): Parts {
  const told = traces
    .slice(0, MOST_TOLD)
    .map(({ trace_name, service_type, resource_name }) =>
      oneLine([trace_name, service_type, resource_name].filter(Boolean).join(', ')),
    );
  const more = traces.length - told.length;
  return {
    title: `${traces.length} traces`,
    text: [...told, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'),
    facts: [],
  };
}

/** @param protocol whose text is wanted, where a structure has one for each */
export function renderPublished(content: Published, protocol: string): Rendered {
  const text = content.byProtocol[protocol] ?? content.default;
  return {
    subject: oneLine(content.subject),
    text,
    html: page(content.subject, `<p style="white-space:pre-wrap">${escapeHtml(text)}</p>`),
    sms: text.slice(0, MOST_SMS),
    web: text,
    parts: { title: oneLine(content.subject) || 'Message', text, facts: [] },
  };
}

/** Asks to confirm, or tells how to return. @param topicName with its display name, where it has one */
export function renderInvitation(
  kind: 'confirmation' | 'farewell',
  topicName: string,
  link: string,
): Rendered {
  const asks = kind === 'confirmation';
  const subject = asks ? `Confirm your subscription to ${topicName}` : `You have left ${topicName}`;
  const what = asks
    ? `Somebody wants messages of the topic ${topicName} to be sent here. To receive them, open this link within 48 hours:`
    : `Messages of the topic ${topicName} are no longer sent here. To return, open this link within 48 hours:`;
  const otherwise = asks ? 'If you do not want them, there is nothing to do.' : '';
  return {
    subject: oneLine(subject),
    text: `${what}\n\n${link}\n\n${otherwise}`.trim(),
    html: page(
      subject,
      `<p>${escapeHtml(what)}</p><p><a href="${escapeHtml(link)}">${asks ? 'Confirm the subscription' : 'Subscribe again'}</a></p><p style="color:#5f6b7a">${otherwise}</p>`,
    ),
    sms: `OpenCTS: ${asks ? 'confirm your subscription to' : 'you have left'} ${topicName}. ${asks ? '' : 'To return: '}${link}`,
    web: `${what} ${link}`,
    parts: {
      title: oneLine(subject),
      text: what,
      facts: [],
      link: { label: asks ? 'Confirm the subscription' : 'Subscribe again', url: link },
      ...(asks ? { foot: `${otherwise} An administrator of the topic can confirm it, too.` } : {}),
    },
  };
}

const page = (title: string, body: string) =>
  `<!doctype html><html><body style="font-family:sans-serif;font-size:15px;color:#0f141a"><h2 style="font-size:18px">${escapeHtml(title)}</h2>${body}</body></html>`;

const oneLine = (text: string, most = MOST_SUBJECT) => onOneLine(text, most);

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
