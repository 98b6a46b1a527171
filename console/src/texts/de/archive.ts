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
  proofs: {
    title: 'Nachweise',
    description:
      'Was die Trace-Dateien dieses Projekts beweist: signierte Digests jeder Stunde und die Checkpoints des Nachweis-Logs über ihnen.',
    ranges: { '1d': 'Letzter Tag', '7d': 'Letzte 7 Tage', '30d': 'Letzte 30 Tage' },
    download: 'Mit Nachweisen herunterladen',
    failed: 'Das Paket konnte nicht heruntergeladen werden',
    hint: 'Der Download mit Nachweisen ist ein Tar mit den Trace-Dateien des gewählten Zeitraums, ihren Digests, Signaturen und dem Nachweis-Log. Entpackt lässt er sich auf jedem Rechner ohne Netz prüfen. Nehmen Sie den Schlüssel von dort, wo Sie ihn aufbewahrt haben, nicht aus dem Paket:',
    digests: 'Digests',
    digestsText:
      'Einer für jede Stunde, jeden Tracker und jede Trace-Quelle. Jeder führt die Trace-Dateien auf, die seit dem vorigen übertragen wurden.',
    noDigests:
      'Zu diesem Zeitraum gibt es keine Digests. Sie entstehen nach jeder vollen Stunde für Tracker, die ihre Trace-Dateien überprüfbar machen.',
    more: 'Weitere Digests laden',
    allSources: 'alle',
    checkpoints: 'Checkpoints',
    checkpointsText:
      'Einer für jede Stunde und jeden Bucket. Bewahren Sie einen dort auf, wo ihn niemand vom Dienst ändern kann: Er beweist, dass die Vergangenheit nicht neu geschrieben wurde.',
    noCheckpoints: 'Zu diesem Zeitraum gibt es keine Checkpoints.',
    columns: {
      end: 'Reicht bis',
      tracker: 'Tracker',
      source: 'Trace-Quelle',
      files: 'Dateien',
      total: 'Dateien bisher',
      bucket: 'Bucket',
      made: 'Erstellt',
    },
  },
  keys: {
    title: 'Öffentliche Schlüssel',
    log: 'Nachweis-Log (Verifier Key)',
    text: 'Digest-Dateien werden mit dem privaten Teil des aktiven Schlüssels signiert. Bewahren Sie den öffentlichen Teil dort auf, wo ihn niemand ändern kann, der den Bucket ändern darf. Damit lässt sich der Bucket oder ein heruntergeladener Ordner offline prüfen:',
    active: 'Aktiv',
    former: 'Früherer Schlüssel; für Digest-Dateien aus seiner Zeit weiterhin nötig',
    none: 'Noch kein Schlüssel vorhanden.',
    since: (time) => `seit ${time}`,
  },
};
