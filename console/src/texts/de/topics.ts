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
