import type { search as english } from '../en/search.ts';
import { number } from './number.ts';

export const search: typeof english = {
  title: 'Archiv durchsuchen',
  description:
    'Über beliebige Zeiträume, direkt in den Trace-Dateien, ohne sie zurückzuladen. Veränderte Dateien werden gemeldet.',
  ranges: { '30d': 'Letzte 30 Tage', '1y': 'Letztes Jahr', all: 'Gesamter Zeitraum' },
  users: 'Benutzer',
  usersHint: 'Namen, durch Kommas getrennt',
  start: 'Suchen',
  again: 'Erneut suchen',
  cancel: 'Abbrechen',
  hint: 'Wählen Sie Zeitraum und Filter und starten Sie die Suche. Die letzten sieben Tage durchsuchen Sie schneller in der Trace-Liste.',
  waiting: 'Eine andere Suche läuft; diese beginnt danach.',
  progress: (files, total, bytes) => `${files} von ${total} Dateien, ${bytes}`,
  running: 'Suche läuft',
  done: {
    finished: 'Abgeschlossen',
    cancelled: 'Abgebrochen',
    failed: 'Fehlgeschlagen',
  },
  found: (count, scanned, seconds) =>
    `${number(count)} Treffer in ${number(scanned)} ${scanned === 1 ? 'Trace' : 'Traces'}, ${seconds} s`,
  results: 'Treffer',
  soFar: (count) => `Bisher ${number(count)} Treffer`,
  limit:
    'Die Suche wurde beendet, weil die Höchstzahl an Treffern erreicht ist; es kann weitere geben. Wählen Sie einen kürzeren Zeitraum oder mehr Filter.',
  nothing: 'Keine passenden Traces im Archiv',
  nothingText:
    'Stimmt der Zeitraum? Was in den letzten Minuten aufgezeichnet wurde, steht noch in keiner Datei.',
  problems: (count) =>
    count === 1
      ? '1 Datei konnte nicht durchsucht werden'
      : `${number(count)} Dateien konnten nicht durchsucht werden`,
  problem: {
    changed: 'seit der Übertragung verändert',
    missing: 'nicht mehr im Bucket',
    unreadable: 'kann nicht gelesen werden',
  },
  gone: 'Die Treffer dieser Suche sind nicht mehr verfügbar. Suchen Sie erneut.',
  more: 'Ältere Traces laden',
};
