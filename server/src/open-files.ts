import { readFileSync } from 'node:fs';

/** Files and connections that this process may have open at a time (`ulimit -n`); infinite where that cannot be told. */
export function openFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
