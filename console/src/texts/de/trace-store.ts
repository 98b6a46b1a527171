import type { traceStore as english } from '../en/trace-store.ts';
import { number } from './number.ts';

export const traceStore: typeof english = {
  warning: 'Die Trace-Liste ist nicht vollständig',
  refilling: 'Die Trace-Liste wird wieder gefüllt',
  missing: (count) =>
    count === 1
      ? '1 aufgezeichneter Trace fehlt in den Trace-Listen dieser Installation.'
      : `${number(count)} aufgezeichnete Traces fehlen in den Trace-Listen dieser Installation.`,
  progress: (done, all) => `${number(done)} von ${number(all)} Trace-Dateien sind gelesen.`,
  unavailable: (count) =>
    `${number(count)} davon stehen weder im Journal noch in Trace-Dateien und sind nicht wiederherstellbar.`,
  more: 'Mehr zeigt opencts trace-store show; was zu tun ist, steht in docs/operate.md.',
};
