import type { trackers as english } from '../en/trackers.ts';
import { number } from './number.ts';

export const trackers: typeof english = {
  title: 'Tracker',
  description: 'Was aufgezeichnet und wohin es übertragen wird.',
  create: 'Daten-Tracker erstellen',
  enableCts: 'CTS aktivieren',
  columns: {
    name: 'Name',
    type: 'Typ',
    status: 'Status',
    bucket: 'Übertragung nach',
    tracked: 'Aufzeichnung',
    protection: 'Schutz',
    lastTransfer: 'Letzte Übertragung',
  },
  types: { system: 'Management', data: 'Daten' },
  tracksAll: 'Vorgänge an allen Ressourcen',
  tracks: (bucket, events) => `${events} in ${bucket}`,
  events: { READ: 'Lesen', WRITE: 'Schreiben' },
  status: { enabled: 'Aktiviert', disabled: 'Deaktiviert', error: 'Übertragung gestört' },
  details: {
    bucketPolicyError: 'In den Bucket darf nicht geschrieben werden.',
    noBucket: 'Den Bucket gibt es nicht mehr.',
    arrears: 'Das Konto ist im Zahlungsrückstand.',
    storeUnavailable: 'Der Objektspeicher antwortet nicht.',
    kmsKeyUnusable: 'Der Schlüssel kann nicht verwendet werden.',
  },
  waiting: 'Es geht nichts verloren: Trace-Dateien werden übertragen, sobald das Problem behoben ist.',
  notYetTransferred: 'Noch keine',
  noTransfer: 'Keine Übertragung: Traces bleiben sieben Tage erhalten',
  verification: 'Überprüfung',
  encryption: 'Verschlüsselung',
  lock: (days) => `Für ${number(days)} ${days === 1 ? 'Tag' : 'Tage'} gesperrt`,
  edit: 'Bearbeiten',
  enable: 'Aktivieren',
  disable: 'Deaktivieren',
  remove: 'Löschen',
  removeTitle: (name) => `Tracker ${name} löschen?`,
  removeText:
    'Der Tracker zeichnet dann nichts mehr auf. Bereits Aufgezeichnetes bleibt erhalten: in der Trace-Liste sieben Tage, im Bucket dauerhaft.',
  removeSystem: 'Ohne den Management-Tracker wird in diesem Projekt nichts mehr aufgezeichnet.',
  disableTitle: (name) => `Tracker ${name} deaktivieren?`,
  disableText:
    'Die Dienste melden weiterhin, aber bis zur erneuten Aktivierung wird nichts Neues aufgezeichnet.',
  none: 'Keine Tracker vorhanden',
  noneText: 'CTS ist in diesem Projekt nicht aktiviert: Es wird nichts aufgezeichnet.',
  saved: (name) => `Der Tracker ${name} wurde gespeichert.`,
  listed: {
    writing: 'Die Trace-Liste wird in den Bucket geschrieben',
    progress: (written, total) =>
      `${number(written)} von ${number(total)} Traces stehen in Trace-Dateien; ein Teil der übrigen kommt mit der Übertragung.`,
    waiting: 'Wartet auf die Trace-Liste',
    waitingHint: 'Ihr Inhalt wird in den Bucket geschrieben, sobald sie auf dem neuesten Stand ist.',
    done: (written) =>
      written === 0
        ? 'Was in der Trace-Liste stand, ist durch die reguläre Übertragung im Bucket'
        : written === 1
          ? 'Ein Trace aus der Liste wurde in den Bucket geschrieben'
          : `${number(written)} Traces aus der Liste wurden in den Bucket geschrieben`,
    ended: 'Die Trace-Liste ist nicht vollständig im Bucket',
    endedHint: (written) =>
      written === 1
        ? 'Ein Trace wurde geschrieben, dann endete es:'
        : `${number(written)} Traces wurden geschrieben, dann endete es:`,
    held: 'Ein neuer Versuch folgt:',
  },
  form: {
    create: 'Daten-Tracker erstellen',
    edit: (name) => `Tracker ${name}`,
    basics: 'Aufzeichnung',
    name: 'Name',
    nameAbout: 'Erscheint in der Trace-Liste und als Ordner im Bucket.',
    nameHint:
      '1 bis 32 Zeichen: Buchstaben, Ziffern, „-“ und „_“. Der Name kann später nicht geändert werden.',
    tracked: 'Überwachter Bucket',
    trackedAbout: 'Vorgänge an den Objekten dieses Buckets werden aufgezeichnet.',
    trackedHint: 'Der Bucket kann später nicht geändert werden.',
    events: 'Vorgänge',
    eventsAbout: 'Mindestens eine der beiden Arten.',
    eventAbout: {
      READ: 'Objekte werden heruntergeladen, aufgelistet oder eingesehen.',
      WRITE: 'Objekte werden hochgeladen, geändert oder gelöscht.',
    },
    transfer: 'Übertragung in den Objektspeicher',
    transferOn: 'Trace-Dateien in einen Bucket schreiben',
    transferHint: 'Traces bleiben sieben Tage erhalten, Trace-Dateien dauerhaft.',
    whichBucket: 'Ziel',
    whichBucketAbout: 'Am besten ein Bucket, der nichts anderes enthält und den nur wenige lesen dürfen.',
    newBucket: 'Neuer Bucket',
    newBucketAbout: 'Er wird beim Speichern angelegt, oder sofort.',
    oldBucket: 'Vorhandener Bucket',
    oldBucketAbout:
      'Er muss in der Region dieses Projekts liegen; mehrere Tracker können denselben verwenden.',
    bucket: 'Bucket',
    bucketHint: '3 bis 63 Zeichen: a–z, 0–9, „-“ und „.“; eindeutig in der gesamten Installation.',
    bucketCreate: 'Jetzt anlegen',
    bucketCreated: (name: string) => `Der Bucket ${name} ist angelegt`,
    bucketFailed: 'Der Bucket konnte nicht angelegt werden',
    bucketChoose: 'Bucket auswählen',
    bucketNone: 'Noch kein Bucket vorhanden',
    bucketLacks: 'Geben Sie einen Bucket an.',
    alsoListed: 'Auch den Inhalt der Trace-Liste schreiben',
    alsoListedHint: (traces) => {
      if (traces === undefined)
        return 'Was dieser Tracker bisher aufgezeichnet hat, steht nur in der Trace-Liste und verschwindet dort nach sieben Tagen.';
      if (traces === 1)
        return 'In der Trace-Liste steht ein Trace dieses Trackers. Ohne diese Option fehlt er im Bucket.';
      return `In der Trace-Liste stehen ${number(traces)} Traces dieses Trackers. Ohne diese Option fehlen sie im Bucket.`;
    },
    prefix: 'Präfix der Dateinamen',
    prefixAbout: 'Dateinamen beginnen damit; so lassen sich die Dateien mehrerer Tracker unterscheiden.',
    prefixHint: 'Höchstens 64 Zeichen: Buchstaben, Ziffern, „.“, „_“ und „-“.',
    compression: 'Dateien',
    compressionAbout:
      'Komprimierte Dateien benötigen etwa ein Zehntel des Platzes; alle Werkzeuge von OpenCTS lesen beide Formen.',
    gzip: 'Komprimiert (.json.gz)',
    json: 'Unkomprimiertes JSON',
    sort: 'Eigener Ordner für jede Trace-Quelle',
    sortHint:
      'Dateien von ECS liegen getrennt von denen von IAM: leichter zu finden, aber mehr und kleinere Dateien.',
    excludeKms: 'Traces zu Datenschlüsseln (KMS) auslassen',
    excludeKmsHint: 'Sie sind sehr zahlreich; in der Trace-Liste bleiben sie sichtbar.',
    lifecycle: 'Aufbewahrung der Objekte',
    lifecycleAbout: 'Nach dieser Zeit werden Trace-Dateien aus dem Bucket entfernt.',
    lifecycleDays: (days) => (days === 0 ? 'Unbegrenzt' : `${number(days)} ${days === 1 ? 'Tag' : 'Tage'}`),
    example: 'So wird eine Datei heißen',
    exampleAbout: 'Mit den Vorgängen eines Zyklus; Tag und Uhrzeit sind UTC.',
    check: 'Zugriff prüfen',
    checkFine: 'Trace-Dateien können geschrieben werden',
    checkFailed: 'Der Bucket konnte nicht geprüft werden',
    protection: 'Schutz',
    verify: 'Trace-Dateien überprüfbar machen',
    verifyHint:
      'Eine stündliche, signierte Digest-Datei führt die Dateien mit ihren Hashwerten auf: Jede Änderung ist nachweisbar.',
    encrypt: 'Trace-Dateien verschlüsseln',
    encryptHint:
      'Wer an eine Datei gelangt, kann sie ohne den Schlüssel nicht lesen. Bereits vorhandene Dateien bleiben, wie sie sind.',
    key: 'Schlüssel',
    keyAbout: 'Ist er deaktiviert oder gelöscht, kann nichts übertragen oder gelesen werden.',
    keyChoose: 'Schlüssel auswählen',
    keyNone: 'Noch kein Schlüssel vorhanden; erstellen Sie einen unter „Schlüssel“',
    keyLacks: 'Geben Sie einen Schlüssel an.',
    keyOfStore: 'ID eines Schlüssels des Objektspeichers',
    lock: 'Trace-Dateien sperren (WORM)',
    lockHint:
      'Dateien können für eine festgelegte Zeit weder geändert noch gelöscht werden. Der Bucket muss dies unterstützen; ein neuer wird entsprechend angelegt.',
    lockMode: 'Modus',
    lockModeAbout: 'Ob jemand eine Datei vor Ablauf der Zeit entfernen darf.',
    governance: 'Governance: mit besonderer Berechtigung aufhebbar',
    compliance: 'Compliance: von niemandem aufhebbar',
    lockDays: 'Tage',
    lockDaysAbout: '1 bis 36.500, ab dem Schreiben einer Datei. Gilt für neue Dateien.',
    failed: 'Der Tracker konnte nicht gespeichert werden',
  },
};
