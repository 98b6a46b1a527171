import type { Texts } from '../en/index.ts';
import { administration } from './administration.ts';
import { archive } from './archive.ts';
import { clock } from './clock.ts';
import { guide } from './guide.ts';
import { keys } from './keys.ts';
import { notifications } from './notifications.ts';
import { number } from './number.ts';
import { overview } from './overview.ts';
import { people } from './people.ts';
import { quarantine } from './quarantine.ts';
import { range } from './range.ts';
import { refusals } from './refusals.ts';
import { search } from './search.ts';
import { timeline } from './timeline.ts';
import { topics } from './topics.ts';
import { traceFields } from './trace-fields.ts';
import { traceStore } from './trace-store.ts';
import { traces } from './traces.ts';
import { trackers } from './trackers.ts';

/** Every text of the console in German. */
export const german: Texts = {
  administration,
  archive,
  clock,
  guide,
  keys,
  notifications,
  overview,
  people,
  quarantine,
  range,
  refusals,
  search,
  timeline,
  topics,
  traceFields,
  traceStore,
  traces,
  trackers,
  product: 'OpenCTS',
  signIn: {
    title: 'Bei OpenCTS anmelden',
    again: 'Erneut anmelden',
    account: 'Konto',
    user: 'Benutzer',
    password: 'Passwort',
    submit: 'Anmelden',
    provider: 'Über Ihre Organisation anmelden',
    providerFailed: 'Die Anmeldung über Ihre Organisation ist fehlgeschlagen. Versuchen Sie es noch einmal.',
    providerRefusals: {
      '403':
        'Ihre Organisation kennt Sie, aber Sie haben hier keinen Zugang: Ihr Name gehört einem anderen Benutzer, oder Sie sind deaktiviert. Wenden Sie sich an einen Administrator.',
      '503': 'Der Anmeldedienst Ihrer Organisation antwortet nicht. Versuchen Sie es später.',
    },
    wrong:
      'Konto, Benutzer oder Passwort ist falsch. Warten Sie nach mehreren Fehlversuchen einen Moment, bevor Sie es erneut versuchen.',
    expired: 'Ihre Sitzung ist abgelaufen. Melden Sie sich an, um dort fortzufahren, wo Sie waren.',
    unreachable: 'Der Dienst ist nicht erreichbar. Läuft er?',
    noProject: 'Sie haben zu keinem Projekt dieses Kontos Zugang: Ihnen wurde noch keine Rolle zugewiesen.',
  },
  navigation: {
    title: 'Cloud Trace Service',
    overview: 'Übersicht',
    guide: 'Erste Schritte',
    users: 'Benutzer',
    groups: 'Gruppen',
    roles: 'Rollen',
    accessKeys: 'Zugriffsschlüssel',
    ingestKeys: 'Ingest-Schlüssel',
    administration: 'Verwaltung',
    installation: 'Installation',
    quarantine: 'Quarantäne',
    traces: 'Trace-Liste',
    archive: 'Archiv',
    search: 'Archiv durchsuchen',
    trackers: 'Tracker',
    keys: 'Schlüssel',
    notifications: 'Benachrichtigungen',
    topics: 'Themen',
    open: 'Menü öffnen',
    close: 'Menü schließen',
    noPage: 'Diese Seite gibt es nicht',
    hidden: (count) => (count === 1 ? 'Eine Seite ist ausgeblendet' : `${count} Seiten sind ausgeblendet`),
    hiddenHint:
      'Ihre Rollen erlauben sie nicht. Ein Administrator des Kontos weist die oben genannten Rollen unter „Gruppen“ zu.',
  },
  common: {
    loading: 'Wird geladen …',
    failed: 'Dies konnte nicht geladen werden',
    pageFailed: 'Diese Seite ist fehlgeschlagen',
    pageFailedText: 'Auf der Seite ist ein Fehler aufgetreten; andere Seiten funktionieren weiterhin.',
    reload: 'Neu laden',
    denied: 'Keine Berechtigung',
    readOnly: 'Sie können dies ansehen, aber nicht speichern',
    deniedText: (roles) =>
      roles.length === 1
        ? `Erforderlich ist die Rolle ${roles[0]}; ein Administrator des Kontos weist sie unter „Gruppen“ zu.`
        : `Erforderlich sind die Rollen ${roles.join(' und ')}; ein Administrator des Kontos weist sie unter „Gruppen“ zu.`,
    retry: 'Erneut versuchen',
    refresh: 'Aktualisieren',
    cancel: 'Abbrechen',
    close: 'Schließen',
    about: (term) => `Was ist das: ${term}`,
    save: 'Speichern',
    actions: 'Aktionen',
    none: 'Keine',
    copy: 'Kopieren',
    copied: 'Kopiert',
    dismiss: 'Ausblenden',
    printed: ({ account, project, user, time }: Record<'account' | 'project' | 'user' | 'time', string>) =>
      `OpenCTS · Konto ${account}, Projekt ${project} · gedruckt von ${user} am ${time}`,
    leave: {
      title: 'Ohne Speichern verlassen?',
      text: 'Ihre Eingaben gehen verloren.',
      action: 'Verlassen',
    },
    optional: 'optional',
    traces: (count) => `${number(count)} ${count === 1 ? 'Trace' : 'Traces'}`,
    files: (count) => `${number(count)} ${count === 1 ? 'Datei' : 'Dateien'}`,
  },
  menu: {
    signOut: 'Abmelden',
    settings: 'Einstellungen',
    theme: 'Darstellung',
    light: 'Hell',
    dark: 'Dunkel',
    system: 'Wie das System',
    zone: 'Zeiten',
    local: 'Ortszeit',
    utc: 'UTC',
    project: 'Projekt',
    language: 'Sprache',
    skip: 'Zum Inhalt springen',
    foreignProject: 'Dieser Link gehört zu einem Projekt, das keines von Ihren ist',
    manual: 'Dokumentation',
    api: 'API',
    elsewhere: 'Öffnet sich in einem neuen Tab',
  },
  refused: (known, said) => `${known} Der Dienst meldet: „${said}“`,
  recording: {
    absent: 'CTS ist in diesem Projekt nicht aktiviert',
    absentText:
      'Bis dahin wird nichts aufgezeichnet. Das Aktivieren legt den Management-Tracker an, hier und in der Region globaler Dienste; nötig sind die Rollen Security Administrator und CTS FullAccess.',
    start: { absent: 'CTS aktivieren', off: 'Aufzeichnung einschalten' },
    disabled: 'Die Aufzeichnung ist in diesem Projekt abgeschaltet',
    disabledText:
      'Der Management-Tracker ist deaktiviert: Die Dienste melden weiterhin, aber es wird nichts Neues aufgezeichnet.',
    failed: 'CTS konnte nicht aktiviert werden',
    switchFailed: 'Die Aufzeichnung konnte nicht eingeschaltet werden',
  },
};
