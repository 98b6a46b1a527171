import type { overview as english } from '../en/overview.ts';

const number = (value: number) => value.toLocaleString('de');
const traces = (count: number) => `${number(count)} ${count === 1 ? 'Trace' : 'Traces'}`;

export const overview: typeof english = {
  title: 'Übersicht',
  description: 'Was im Projekt geschieht, was fehlschlägt und was neu ist. Management-Traces.',
  range: 'Zeitraum',
  ranges: { '1d': 'Letzter Tag', '7d': 'Letzte 7 Tage' },
  number,
  traces,
  perHour: 'Traces pro Stunde',
  perDay: 'Traces pro Tag (UTC)',
  hint: 'Ziehen Sie über die Balken, oder verwenden Sie Pfeiltasten und Eingabetaste, um die Traces zu sehen.',
  totals: { all: 'Alle Traces', warning: 'Warnungen', incident: 'Vorfälle' },
  totalHints: {
    all: 'Alles, was aufgezeichnet wurde',
    warning: 'Fehlgeschlagene Vorgänge',
    incident: 'Fehlschläge mit schweren Folgen',
  },
  tops: {
    sources: 'Trace-Quellen',
    users: 'Benutzer',
    resourceTypes: 'Ressourcentypen',
    failures: 'Fehlgeschlagene Vorgänge',
  },
  none: 'Keine in diesem Zeitraum',
  noFailures: 'In diesem Zeitraum ist nichts fehlgeschlagen',
  firsts: {
    title: 'Ungewöhnliche Aktivität',
    description: 'Was innerhalb der letzten 24 Stunden zum ersten Mal auftrat.',
    compared: (since) => `Verglichen mit allen Traces seit ${since}.`,
    young:
      'Es gibt noch nicht genügend Vergleichsdaten. Einen Tag nach den ersten Traces lässt sich Neues von Gewohntem unterscheiden.',
    operators: 'Neue Benutzer',
    addresses: 'Neue Quelladressen',
    operations: 'Neue Vorgänge',
    none: 'Keine',
    nothing: 'Nichts Neues: Alle Benutzer, Quelladressen und Vorgänge sind bereits bekannt.',
    first: (time) => `Zuerst ${time}`,
    by: (user) => `durch ${user}`,
    more: (count) => `${number(count)} weitere anzeigen`,
    most: (count) => `Gezeigt werden die neuesten ${number(count)}.`,
  },
  trackers: {
    title: 'Tracker',
    all: 'Alle Tracker',
    none: 'CTS ist in diesem Projekt nicht aktiviert: Es wird nichts aufgezeichnet.',
  },
  deliveries: {
    title: 'Zustellungen',
    all: 'Alle Themen',
    none: 'Es gibt keine Abonnements: Niemand wird über Schlüsselereignisse benachrichtigt.',
    fine: (count) =>
      count === 1
        ? '1 Abonnement, es wird zugestellt'
        : `${number(count)} Abonnements, alle werden zugestellt`,
    failing: (count) => `${number(count)} gestört`,
    waiting: (count) => `${number(count)} wartend`,
    dead: (count) => `${number(count)} aufgegeben`,
  },
  empty: {
    title: 'Keine Traces in diesem Zeitraum',
    text: 'Es wurde nichts aufgezeichnet. Die ersten Schritte führen vom leeren Projekt zum ersten Trace.',
    guide: 'Erste Schritte',
    week: 'Letzte 7 Tage anzeigen',
  },
  forbidden: 'Sie dürfen hier nichts von diesem Projekt sehen. Nötig ist die Rolle CTS ReadOnlyAccess.',
};
