import type { quarantine as english } from '../en/quarantine.ts';
import { number } from './number.ts';

export const quarantine: typeof english = {
  title: 'Quarantäne',
  description:
    'Traces, die nicht verarbeitet werden konnten, werden hier aufbewahrt, damit sie nichts aufhalten und nicht verloren gehen; der Normalfall ist eine leere Liste.',
  none: 'Die Quarantäne ist leer',
  noneText: 'Alles in Ordnung: Alles Aufgezeichnete konnte verarbeitet werden.',
  noneMissing: (place) => `Es fehlt nichts ${place}`,
  noneMissingText: 'Was anderswo fehlt, steht unter „Alle“.',
  missing: 'Fehlt in',
  all: 'Alle',
  names: { indexer: 'Trace-Liste', archiver: 'Trace-Dateien', notifier: 'Schlüsselereignisse' },
  places: {
    indexer: 'in der Trace-Liste',
    archiver: 'in Trace-Dateien',
    notifier: 'bei Schlüsselereignissen',
  },
  columns: {
    reason: 'Grund',
    since: 'In Quarantäne seit',
    project: 'Projekt',
    source: 'Trace-Quelle',
    recorded: 'Aufgezeichnet',
  },
  more: 'Mehr anzeigen',
  replay: 'Erneut verarbeiten',
  replayAll: 'Alle erneut verarbeiten',
  replayTitle: 'Diesen Trace erneut verarbeiten?',
  replayAllTitle: 'Alles in Quarantäne erneut verarbeiten?',
  replayMissingTitle: (place) => `Alles erneut verarbeiten, was ${place} fehlt?`,
  replayText: 'Was gelingt, verlässt die Quarantäne. Was erneut scheitert, bleibt dort, mit dem neuen Grund.',
  replayed: (count) =>
    count === 0
      ? 'Die Quarantäne ist inzwischen leer.'
      : `${number(count)} auf dem Weg; was erneut scheitert, bleibt in Quarantäne.`,
  view: {
    title: 'Trace in Quarantäne',
    traceId: 'Trace-ID',
    tracker: 'Tracker',
    line: 'Der Trace, wie er im Journal steht',
    gone: 'Nicht mehr in Quarantäne: Der Trace wurde inzwischen verarbeitet.',
  },
  warning: (count) => `${number(count)} ${count === 1 ? 'Eintrag' : 'Einträge'} in Quarantäne`,
  warningText:
    'Einige Traces dieser Installation konnten nicht verarbeitet werden: Sie fehlen in der Trace-Liste, in Trace-Dateien oder bei Schlüsselereignissen.',
  toList: 'Quarantäne anzeigen',
  lost: (missing) => `Durch Schaden am Journal verloren, fehlend: ${missing.join(', ')}`,
  accounted: (missing) => `In Quarantäne, fehlend: ${missing.join(', ')}`,
};
