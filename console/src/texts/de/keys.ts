import type { keys as english } from '../en/keys.ts';

export const keys: typeof english = {
  title: 'Schlüssel',
  description: 'Benannte Schlüssel des Projekts, mit denen Trace-Dateien in Ordnern verschlüsselt werden.',
  ofStore:
    'Die Trace-Dateien liegen in einem Objektspeicher, der mit eigenen Schlüsseln verschlüsselt; diese werden dort verwaltet. Die Schlüssel auf dieser Seite werden nicht verwendet.',
  columns: {
    alias: 'Name',
    state: 'Status',
    version: 'Version',
    created: 'Erstellt',
    description: 'Beschreibung',
  },
  states: { enabled: 'Aktiviert', disabled: 'Deaktiviert', pending_deletion: 'Löschung geplant' },
  deletedOn: (time) => `am ${time}`,
  create: 'Schlüssel erstellen',
  alias: 'Name',
  aliasHint: '1 bis 255 Zeichen: Buchstaben, Ziffern, „/“, „_“ und „-“.',
  descriptionField: 'Beschreibung',
  enable: 'Aktivieren',
  disable: 'Deaktivieren',
  rotate: 'Rotieren',
  remove: 'Löschung planen',
  keep: 'Löschung abbrechen',
  none: 'Keine Schlüssel vorhanden',
  noneText: 'Erstellen Sie einen und wählen Sie ihn anschließend in einem Tracker aus.',
  disableTitle: (alias) => `Schlüssel ${alias} deaktivieren?`,
  disableText:
    'Bis zur erneuten Aktivierung können damit verschlüsselte Dateien nicht gelesen werden, und Tracker, die ihn verwenden, übertragen nichts. Es geht nichts verloren.',
  removeTitle: (alias) => `Schlüssel ${alias} löschen?`,
  removeText:
    'Der Schlüssel wird sofort abgeschaltet. Nach Ablauf der Frist wird er gelöscht, und alle damit verschlüsselten Dateien sind unwiederbringlich unlesbar.',
  days: 'Tage bis zur Löschung',
  daysHint: '7 bis 1.096',
};
