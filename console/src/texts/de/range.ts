import type { range as english } from '../en/range.ts';

export const range: typeof english = {
  custom: 'Eigener Zeitraum',
  order: 'Das Ende muss nach dem Anfang liegen.',
  incomplete: 'Anfang und Ende benötigen einen Tag in der Form JJJJ/MM/TT.',
  apply: 'Anwenden',
  from: 'Von',
  to: 'Bis',
  time: 'Uhrzeit',
  nextMonth: 'Nächster Monat',
  previousMonth: 'Voriger Monat',
  today: 'Heute',
};
