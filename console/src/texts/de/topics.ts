import type { topics as english } from '../en/topics.ts';
import { number } from './number.ts';

export const topics: typeof english = {
  title: 'Themen',
  description: 'Wer Nachrichten erhält und auf welchem Weg: die Abonnements jedes Themas.',
  create: 'Thema erstellen',
  name: 'Name',
  nameHint: 'Buchstaben, Ziffern, „-“ und „_“. Der Name kann später nicht geändert werden.',
  displayName: 'Anzeigename',
  displayHint: 'Name des Absenders in E-Mails.',
  columns: {
    name: 'Name',
    displayName: 'Anzeigename',
    subscriptions: 'Abonnements',
    trouble: 'Zustellung',
    created: 'Erstellt',
  },
  none: 'Keine Themen vorhanden',
  noneText: 'Ein Thema fasst alle zusammen, die dieselben Nachrichten erhalten sollen.',
  fine: 'In Ordnung',
  waiting: (count) => `${number(count)} wartend`,
  dead: (count) => `${number(count)} aufgegeben`,
  failing: (count) => `${number(count)} gestört`,
  remove: 'Thema löschen',
  removeTitle: (name) => `Thema ${name} löschen?`,
  removeText:
    'Auch seine Abonnements und alle noch wartenden Nachrichten werden gelöscht. Benachrichtigungen, die es verwenden, erreichen dann niemanden mehr.',
  subscriptions: 'Abonnements',
  subscribe: 'Abonnement hinzufügen',
  protocol: 'Protokoll',
  protocols: { email: 'E-Mail', sms: 'SMS', https: 'HTTPS', http: 'HTTP' },
  endpoint: 'Endpunkt',
  endpointHints: {
    email: 'Eine E-Mail-Adresse.',
    sms: '„+“, Ländervorwahl und Rufnummer.',
    https:
      'Eine URL, die POST annimmt; zur Bestätigung wird die subscribe_url aus der ersten Nachricht aufgerufen.',
    http: 'Eine URL, die POST annimmt; unverschlüsselt.',
    hook: 'Die URL des Webhooks, wie das Chatsystem sie anzeigt. Wer sie kennt, kann dort schreiben.',
  },
  form: 'Form',
  forms: {
    opencts: 'Signierte Nachricht',
    slack: 'Slack',
    teams: 'Microsoft Teams',
    plain: 'Einfaches JSON',
  },
  formHints: {
    opencts: 'Für Programme, die selbst bestätigen und die Signatur prüfen.',
    slack: 'Eingehende Webhooks von Slack, Mattermost und anderen.',
    teams: 'Webhooks von Workflows, als Adaptive Card.',
    plain: 'Ein JSON-Objekt mit Texten, für Werkzeuge, die darauf aufbauen.',
  },
  confirmedByHand:
    'Ein solcher Empfänger kann nicht selbst bestätigen. Wählen Sie danach in der Liste „Von Hand bestätigen“, oder jemand drückt dort den Knopf hinter dem Link der ersten Nachricht.',
  withoutGateway: {
    email:
      'Es ist kein Mailserver konfiguriert. Nichts wird zugestellt, bis der Betreiber OPENCTS_SMTP_URL setzt.',
    sms: 'Es ist kein Gateway für SMS konfiguriert. Nichts wird zugestellt, bis der Betreiber OPENCTS_SMS_URL setzt.',
  } as Record<string, string>,
  remark: 'Anmerkung',
  batch: 'Gebündelt',
  batchHint:
    'Bis zu 500 Schlüsselereignisse, höchstens aus zwei Sekunden, in einer komprimierten Anfrage: für Systeme, die alles erhalten.',
  states: {
    pending: 'Bestätigung ausstehend',
    confirmed: 'Bestätigt',
    cancelled: 'Abgemeldet',
    paused: 'Angehalten',
    failing: 'Gestört, wird erneut versucht',
  },
  pausedBy: {
    person: 'von einem Benutzer',
    failures: 'wegen anhaltender Fehler; neuer Versuch alle zehn Minuten',
  },
  since: (time) => `seit ${time}`,
  subscriptionColumns: {
    endpoint: 'Endpunkt',
    state: 'Status',
    waiting: 'Wartend',
    dead: 'Aufgegeben',
    remark: 'Anmerkung',
  },
  acts: {
    test: 'Testnachricht senden',
    log: 'Zustellprotokoll',
    pause: 'Anhalten',
    resume: 'Fortsetzen',
    confirm: 'Von Hand bestätigen',
    'confirm-again': 'Bestätigung erneut senden',
    remove: 'Löschen',
  },
  confirmTitle: 'Für diesen Empfänger bestätigen?',
  confirmText:
    'Nachrichten des Themas gehen von nun an dorthin, ohne dass der Empfänger zugestimmt hat. Tun Sie es nur für eigene Empfänger, und vergleichen Sie die Adresse. Ein Trace hält fest, wer es war.',
  tested: 'Eine Testnachricht ist unterwegs.',
  asked: 'Die Bitte um Bestätigung ist unterwegs.',
  noneSubscribed: 'Keine Abonnements vorhanden',
  log: {
    title: (endpoint) => `Zustellungen an ${endpoint}`,
    columns: { time: 'Zeit', message: 'Nachricht', outcome: 'Ergebnis', answer: 'Antwort', took: 'Dauer' },
    delivered: 'Zugestellt',
    failed: 'Fehlgeschlagen',
    none: 'Es wurde noch nichts gesendet.',
    answers: [
      [/^the mail server took it$/, 'Der Mailserver hat die Nachricht angenommen'],
      [/^the mail server refused it \((.+)\)$/, 'Der Mailserver hat die Nachricht abgelehnt ($1)'],
      [/^the mail server gave no answer$/, 'Der Mailserver hat nicht geantwortet'],
      [/^no mail server is configured \((.+)\)$/, 'Es ist kein Mailserver eingerichtet ($1)'],
      [/^it is no e-mail address$/, 'Das ist keine E-Mail-Adresse'],
      [
        /^the gateway of text messages took it \((.+)\)$/,
        'Das SMS-Gateway hat die Nachricht angenommen ($1)',
      ],
      [
        /^the gateway of text messages refused it \((.+)\)$/,
        'Das SMS-Gateway hat die Nachricht abgelehnt ($1)',
      ],
      [/^the gateway of text messages gave no answer$/, 'Das SMS-Gateway hat nicht geantwortet'],
      [/^no gateway of text messages is configured \((.+)\)$/, 'Es ist kein SMS-Gateway eingerichtet ($1)'],
      [/^the address is no URL$/, 'Die Adresse ist keine URL'],
      [/^no connection within (\d+) s$/, 'Keine Verbindung innerhalb von $1 s'],
      [/^no answer within (\d+) s$/, 'Keine Antwort innerhalb von $1 s'],
      [/^the connection was closed without an answer$/, 'Die Verbindung wurde ohne Antwort geschlossen'],
      [/^it did not end within (\d+) s$/, 'Der Versuch war nach $1 s nicht beendet'],
      [/^it could not be delivered in time$/, 'Die Nachricht konnte nicht rechtzeitig zugestellt werden'],
      [
        /^(\d+) dead letters were removed, the oldest first: the project had too many\.$/,
        'Aufgegebene Nachrichten wurden entfernt, die ältesten zuerst ($1): Das Projekt hatte zu viele.',
      ],
      [
        /^(\d+) key events were not queued: too many messages wait already\. Batches keep up with more\.$/,
        'Schlüsselereignisse wurden nicht eingereiht ($1): Zu viele Nachrichten warten bereits. Gebündelt lässt sich mehr zustellen.',
      ],
      [/^it cannot be read$/, 'Die Nachricht ist nicht lesbar'],
    ],
  },
  letters: {
    title: 'Aufgegeben',
    description:
      'Nachrichten, die nicht rechtzeitig zugestellt werden konnten oder endgültig abgelehnt wurden. Sie bleiben 30 Tage erhalten.',
    columns: { time: 'Aufgegeben', message: 'Nachricht', endpoint: 'Endpunkt', reason: 'Grund' },
    replay: 'Erneut senden',
    replayAll: 'Alle erneut senden',
    discard: 'Verwerfen',
    replayed: (count) =>
      count === 1
        ? '1 Nachricht wird erneut gesendet.'
        : `${number(count)} Nachrichten werden erneut gesendet.`,
  },
};
