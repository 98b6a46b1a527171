import type { timeline as english } from '../en/timeline.ts';

export const timeline: typeof english = {
  toResource: 'Verlauf dieser Ressource',
  toOperator: 'Alles von diesem Benutzer',
  toTraces: 'In der Trace-Liste zeigen',
  more: 'Ältere Operationen laden',
  resource: {
    title: 'Verlauf einer Ressource',
    none: 'Mit dieser Ressource ist in den letzten sieben Tagen nichts geschehen',
    noneText: 'Ältere Operationen finden Sie im Archiv.',
    missing:
      'Die Adresse nennt keine Ressource. Öffnen Sie die Einzelheiten eines Traces und folgen Sie „Verlauf dieser Ressource“.',
    id: 'Ressourcen-ID',
    type: 'Ressourcentyp',
    source: 'Trace-Quelle',
    operations: (count: number, more: boolean) =>
      `${count.toLocaleString('de')}${more ? '+' : ''} ${count === 1 ? 'Operation' : 'Operationen'} in den letzten 7 Tagen`,
    operators: 'Benutzer',
    created: 'Erstellt',
    createdBy: (user: string, time: string) => `von ${user}, ${time}`,
    order: 'Reihenfolge',
    newest: 'Neueste zuerst',
    oldest: 'Älteste zuerst',
    by: (user: string, address: string) =>
      address === '' ? `von ${user}` : `von ${user}, Adresse ${address}`,
    platform: 'der Plattform',
    changes: 'Was sich geändert hat',
    notApplied: 'Sie war nicht erfolgreich: was sie verlangte, gilt nicht als geändert.',
    absent: 'nicht gesetzt',
  },
  operator: {
    title: (name: string) => `Benutzer ${name}`,
    description: 'Was dieser Benutzer getan hat, von wo, und was fehlgeschlagen ist.',
    missing:
      'Die Adresse nennt keinen Benutzer. Öffnen Sie die Einzelheiten eines Traces und folgen Sie „Alles von diesem Benutzer“.',
    days: { '1d': 'Letzter Tag', '7d': 'Letzte 7 Tage' },
    range: 'Zeitraum',
    addresses: 'Quelladressen',
    operations: 'Operationen',
    sources: 'Trace-Quellen',
    failed: 'Fehlgeschlagene Operationen',
    signIns: (count: number, failed: number) =>
      `${count.toLocaleString('de')} ${count === 1 ? 'Anmeldung' : 'Anmeldungen'}, ${failed.toLocaleString('de')} fehlgeschlagen`,
    none: 'Keine',
    traces: 'Traces',
    which: 'Welche Traces',
    all: 'Alle',
  },
};
