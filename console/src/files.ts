import { formatNumber } from './number.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1.2 MB` */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${formatNumber(size, { maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0 })} ${UNITS[unit]}`;
}

/** Hands a file to the browser, which saves it. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** `2026-11-21T10-48-26`, for names of files. */
export const fileStamp = () => new Date().toISOString().slice(0, 19).replaceAll(':', '-');
