import type { guide as english } from '../en/guide.ts';
import { number } from './number.ts';

export const guide: typeof english = {
  title: 'Erste Schritte',
  description:
    'In vier Schritten von nichts zu einem nachweisbaren Audit-Trail. Was schon erledigt ist, ist abgehakt.',
  done: 'Erledigt',
  open: 'Offen',
  unknown: 'Dies dürfen Sie nicht sehen',
  enable: {
    title: 'CTS in diesem Projekt aktivieren',
    text: 'Bis dahin wird nichts aufgezeichnet. Das Aktivieren legt den Management-Tracker an, hier und in der Region globaler Dienste wie IAM.',
    off: 'Die Aufzeichnung ist abgeschaltet.',
  },
  producer: {
    title: 'Den ersten Trace senden',
    text: 'Ein angebundener Dienst meldet mit einem Ingest-Schlüssel: einem Geheimnis, mit dem man nichts als melden kann. Erstellen Sie einen, führen Sie den Befehl aus, und der Trace erscheint unten.',
    create: 'Ingest-Schlüssel erstellen',
    once: 'Der Schlüssel wird nur dieses eine Mal gezeigt. Bewahren Sie ihn dort auf, wo der Dienst seine Geheimnisse findet.',
    command: 'Befehl, der einen Trace sendet',
    copy: 'Befehl kopieren',
    copied: 'Kopiert',
    copyFailed: 'Er konnte nicht kopiert werden',
    waiting: 'Warten auf den ersten Trace …',
    arrived: 'Er ist angekommen',
    first: {
      absent: 'Aktivieren Sie zuerst CTS: bis dahin wird nichts aufgezeichnet.',
      off: 'Schalten Sie zuerst die Aufzeichnung ein: bis dahin wird nichts aufgezeichnet.',
    },
  },
  tracker: {
    title: 'Traces dauerhaft aufbewahren',
    text: 'Die Trace-Liste reicht sieben Tage zurück. Eine Übertragung schreibt jeden Trace in Trace-Dateien eines Buckets, und signierte Digest-Dateien belegen, dass keine verändert wurde.',
    act: 'Übertragung einrichten',
    bucket: (name: string) => `Übertragung nach ${name}.`,
  },
  notification: {
    title: 'Von Schlüsselereignissen erfahren',
    text: 'Eine Benachrichtigung meldet Personen oder Systemen binnen einer Sekunde, wenn etwas gelöscht wird, sich jemand anmeldet oder Berechtigungen geändert werden.',
    act: 'Benachrichtigung erstellen',
    count: (count) => `${number(count)} ${count === 1 ? 'Benachrichtigung' : 'Benachrichtigungen'}.`,
    silent: (count) =>
      `${number(count)} ${count === 1 ? 'Benachrichtigung erreicht' : 'Benachrichtigungen erreichen'} niemanden: deaktiviert oder ohne Thema.`,
  },
};
