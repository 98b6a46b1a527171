import type { traces as english } from '../en/traces.ts';
import { number } from './number.ts';

export const traces: typeof english = {
  title: 'Trace-Liste',
  description: 'Wer was an welcher Ressource getan hat: die letzten sieben Tage, die neuesten zuerst.',
  range: { '1h': 'Letzte Stunde', '1d': 'Letzter Tag', '7d': 'Letzte Woche' },
  rangeAria: 'Zeitraum',
  filters: {
    title: 'Filter',
    about: {
      type: 'Management: Vorgänge an Ressourcen. Daten: Lesen und Schreiben der Objekte von Buckets, die ein Daten-Tracker überwacht.',
      source: 'Der Dienst, der den Vorgang meldet, etwa ECS oder IAM.',
      resourceType: 'Art der Ressource, wie ihr Dienst sie nennt. Die Auswahl hängt von der Trace-Quelle ab.',
      by: 'Genau ein Wert: der Vorgang, die ID eines Traces oder eine Ressource.',
      operator:
        'Wer gehandelt hat: ein Benutzer, eine Agency oder die Plattform selbst. Mehrere sind wählbar.',
      status:
        'Normal: erfolgreich. Warnung: fehlgeschlagen. Vorfall: mit schweren Folgen über das eigene Fehlschlagen hinaus.',
    },
    type: 'Trace-Typ',
    management: 'Management',
    data: 'Daten',
    source: 'Trace-Quelle',
    resourceType: 'Ressourcentyp',
    by: 'Suchen nach',
    value: 'Wert',
    operator: 'Benutzer',
    status: 'Trace-Status',
    all: 'Alle',
    any: 'Beliebig',
    reset: 'Zurücksetzen',
    exact: 'Genaue Übereinstimmung, Groß- und Kleinschreibung beachten',
    show: 'Filter',
    loading: 'Wird geladen …',
    none: 'Nichts gefunden',
    clear: 'Leeren',
    zone: (zone, week) => `Zeiten in ${zone}${week ? '; die letzten sieben Tage' : ''}`,
  },
  query: {
    label: 'Suchanfrage',
    placeholder: 'jane -source:IAM name:delete* ip:192.0.2.0/24 status:failed',
    search: (query) => `Suchen: ${query}`,
    recent: 'Letzte Suchanfragen',
    withFilters: 'Die Filter darunter müssen ebenfalls zutreffen.',
    manual: 'Die ganze Suchsprache (englisch)',
    examples: [
      ['web-1', 'Steht irgendwo im Trace, auch in Anfrage und Antwort'],
      ['"disk is full"', 'Diese Wörter hintereinander'],
      ['name:delete*', 'Ein Feld; * steht für Beliebiges'],
      ['user:jane,bob', 'Einer von mehreren Werten'],
      ['-source:IAM', 'Nicht dies'],
      ['ip:192.0.2.0/24', 'Ein Netz'],
      ['status:failed write', 'Was fehlschlug und etwas ändern sollte'],
      ['code:>=400', 'Zahlen, und Zeiten: time:>-15m'],
      ['request.server.flavor:s3', 'Ein Feld der Anfrage'],
      ['(a OR b) c', 'Eines von beiden, und c'],
    ],
    without: 'Ohne diesen Wert',
    around: 'Fünf Minuten davor und danach',
    sameKey: 'Alles mit diesem Zugriffsschlüssel',
    sameRequest: 'Alles von dieser Anfrage',
  },
  by: {
    trace_name: 'Trace-Name',
    trace_id: 'Trace-ID',
    resource_id: 'Ressourcen-ID',
    resource_name: 'Ressourcenname',
    source_ip: 'Quelladresse',
  },
  status: { normal: 'Normal', warning: 'Warnung', incident: 'Vorfall', failed: 'Fehlgeschlagen (beide)' },
  columns: {
    trace_name: 'Trace-Name',
    service_type: 'Quelle',
    resource_type: 'Typ',
    resource_name: 'Ressourcenname',
    resource_id: 'Ressourcen-ID',
    user: 'Benutzer',
    trace_rating: 'Trace-Status',
    time: 'Zeitpunkt',
  },
  refresh: 'Aktualisieren',
  live: 'Live',
  liveOn: 'Live: Neue Traces erscheinen von selbst',
  fresh: (count) => (count === 1 ? '1 neuen Trace anzeigen' : `${number(count)} neue Traces anzeigen`),
  export: 'CSV exportieren',
  exportNewest: 'Die neuesten 5.000',
  exportAll: 'Alle',
  exporting: 'Export läuft …',
  loadMore: 'Ältere Traces laden',
  loadingMore: 'Ältere Traces werden geladen …',
  loading: 'Traces werden geladen …',
  end: (count) => `${number(count)} ${count === 1 ? 'Trace' : 'Traces'}; keine älteren in diesem Zeitraum.`,
  shown: (count, more) => (more ? `${number(count)}+` : number(count)),
  empty: {
    title: 'Keine passenden Traces',
    hints: [
      'Ist der Zeitraum groß genug?',
      'Stimmen die Filter genau, auch in Groß- und Kleinschreibung?',
      'Ist es das richtige Projekt? Traces globaler Dienste wie IAM liegen im Projekt der zentralen Region.',
      'Liegt der Vorgang länger zurück, als Traces hier aufbewahrt werden (7 Tage)?',
      'Meldet der Dienst diesen Vorgang überhaupt?',
    ],
    week: 'Letzte Woche durchsuchen',
    reset: 'Filter zurücksetzen',
  },
  error: {
    title: 'Die Traces konnten nicht geladen werden',
    away: 'Der Trace-Speicher antwortet zurzeit nicht. Es geht nichts verloren: Neue Traces warten im Journal. Neuer Versuch läuft …',
    retry: 'Erneut versuchen',
  },
  recorded: (recorded, since, inFiles) => `${number(recorded)} seit ${since} aufgezeichnet, ${inFiles}`,
  accounted: (recorded, since, inFiles) =>
    `${number(recorded)} seit ${since} aufgezeichnet, alle auffindbar, ${inFiles}`,
  recordingOff: 'Zurzeit wird nichts Neues aufgezeichnet',
  inFiles: ({ archived, awaiting, unarchived, transferred, isListing }) => {
    if (archived === 0 && transferred === false) return 'keiner archiviert: Der Tracker hat keinen Bucket';
    if (awaiting + unarchived === 0) return 'alle archiviert';
    const rest = isListing
      ? 'werden noch aus der Trace-Liste geschrieben'
      : 'in keiner Trace-Datei, da ohne Übertragung aufgezeichnet';
    return [
      `${number(archived)} archiviert`,
      ...(awaiting > 0 ? [`${number(awaiting)} warten auf die nächsten Trace-Dateien`] : []),
      ...(unarchived > 0 ? [`${number(unarchived)} ${rest}`] : []),
    ].join(', ');
  },
  underway: (missing) =>
    missing === 1
      ? '1 aufgezeichneter Trace ist noch auf dem Weg in die Liste'
      : `${number(missing)} aufgezeichnete Traces sind noch auf dem Weg in die Liste`,
  histogram: {
    title: 'Traces im Zeitverlauf',
    hint: 'Ziehen Sie über die Balken, um einen Zeitraum zu wählen. Mit der Tastatur: Pfeiltasten zum Bewegen, Umschalttaste zum Erweitern, Eingabetaste zum Wählen.',
    back: 'Zurück zur letzten Stunde',
    none: 'Keine Traces in diesem Zeitraum',
  },
  row: {
    expand: 'Details anzeigen',
    collapse: 'Details ausblenden',
    view: 'Trace anzeigen',
    filter: 'Nur dieser Wert',
    copy: 'Kopieren',
  },
  view: {
    title: 'Trace',
    json: 'JSON',
    readable: 'Lesbar',
    copy: 'Kopieren',
    copied: 'Kopiert',
    copyFailed: 'Kopieren fehlgeschlagen',
    download: 'Herunterladen',
    close: 'Schließen',
    missing:
      'In diesem Projekt gibt es keinen Trace mit dieser ID, oder er ist älter als die Aufbewahrungszeit.',
  },
};
