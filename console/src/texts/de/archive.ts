import type { archive as english } from '../en/archive.ts';
import { number } from './number.ts';

export const archive: typeof english = {
  title: 'Archiv',
  description:
    'Trace-Dateien im Objektspeicher: alles, was ein Tracker mit Bucket aufgezeichnet hat, dauerhaft.',
  root: 'Alle Trace-Dateien',
  search: 'Archiv durchsuchen',
  publicKeys: 'Öffentliche Schlüssel',
  folders: 'Ordner',
  files: 'Trace-Dateien',
  empty: 'Es wurde noch nichts übertragen',
  emptyText:
    'Ein Tracker mit Bucket schreibt seine Trace-Dateien am Ende jedes Zyklus (alle 5 Minuten, sofern der Betreiber nichts anderes festgelegt hat).',
  toTrackers: 'Übertragung einrichten',
  columns: {
    name: 'Name',
    files: 'Dateien',
    traces: 'Traces',
    bytes: 'Größe',
    delivered: 'Übertragen',
    recorded: 'Aufgezeichnet',
    proof: 'Integrität',
    actions: 'Aktionen',
  },
  levels: ['', 'Region', 'Jahr', 'Monat', 'Tag', 'Tracker', 'Trace-Quelle'],
  covered: 'In signiertem Digest',
  uncovered: 'Noch in keinem Digest',
  encrypted: 'Verschlüsselt',
  check: 'Prüfen',
  checkOf: (name) => `${name} prüfen`,
  verdicts: {
    valid: 'Unverändert',
    changed: 'Verändert',
    missing: 'Fehlt',
  },
  view: 'Traces anzeigen',
  download: 'Herunterladen',
  downloadOf: (name) => `${name} herunterladen`,
  downloadFailed: 'Die Datei konnte nicht heruntergeladen werden',
  more: 'Weitere Dateien laden',
  file: {
    bucket: 'Bucket',
    place: 'Pfad',
    encryption: 'Verschlüsselt mit',
    sha256: 'SHA-256',
    more: 'Weitere Traces laden',
    shown: (shown, total) => `${number(shown)} von ${number(total)} Traces`,
  },
  keys: {
    title: 'Öffentliche Schlüssel der Digest-Dateien',
    text: 'Digest-Dateien werden mit dem privaten Teil des aktiven Schlüssels signiert. Bewahren Sie den öffentlichen Teil dort auf, wo ihn niemand ändern kann, der den Bucket ändern darf. Damit lässt sich der Bucket oder ein heruntergeladener Ordner offline prüfen:',
    active: 'Aktiv',
    former: 'Früherer Schlüssel; für Digest-Dateien aus seiner Zeit weiterhin nötig',
    none: 'Es gibt noch keinen Schlüssel: Er entsteht mit der ersten Digest-Datei, eine Stunde nachdem die Überprüfung bei einem Tracker eingeschaltet wurde.',
    since: (time) => `seit ${time}`,
  },
};
