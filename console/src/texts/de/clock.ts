import type { clock as english } from '../en/clock.ts';

export const clock: typeof english = {
  warning: 'Die Uhr der Maschine geht vielleicht falsch',
  times: (machine, lived) =>
    `Sie zeigt ${machine}; gerechnet ab dem letzten Lauf dieser Installation ist es ${lived}. Die Uhr ist gesprungen, oder die Maschine war lange aus.`,
  kept: 'Bis das geklärt ist, wird nichts entfernt, was nur nach der späteren Zeit abgelaufen ist: Tage der Trace-Liste, Trace-Dateien mit Lebensdauer oder Sperre, Schlüssel, deren Löschung geplant ist, Nachrichten. Traces werden wie immer angenommen.',
  cure: 'Geht sie falsch, stellen Sie sie richtig: Die Warnung endet dann von selbst. Geht sie richtig, bestätigen Sie das hier oder mit: opencts clock confirm',
  confirm: 'Die Uhr geht richtig',
  question: (machine) => `Ist es ${machine}?`,
  consequence:
    'Was nach dieser Zeit abgelaufen ist, wird bald und endgültig entfernt. Geht die Uhr falsch, verschwinden Traces, Trace-Dateien und Schlüssel zu früh.',
  confirmed: 'Der Uhr wird wieder geglaubt.',
};
