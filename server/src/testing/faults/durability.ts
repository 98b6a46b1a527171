import path from 'node:path';
import type { Noted } from './faults.ts';

/** `doubtful`: a sync of it has failed, and no later one can be trusted. */
type State = 'pending' | 'doubtful';

/**
 * What a power cut now may take away of what some calls have brought about: names whose directory, and content
 * that was not synced since; nor counts a sync that succeeds after one that failed, unless all was done again.
 * Of folders it does count: others use them meanwhile, so that they cannot be made anew.
 */
export function undurable(calls: readonly Noted[]): string[] {
  const names = new Map<string, State>();
  const contents = new Map<string, State>();
  const folders = new Set<string>();
  for (const { call, failed, path: name, from } of calls) {
    if (call === 'sync') {
      for (const [known, state] of names) {
        if (path.dirname(known) !== name) continue;
        if (!(failed && folders.has(known))) settle(names, known, state, failed);
      }
      settle(contents, name, contents.get(name), failed);
    }
    if (failed) continue;
    if (['create', 'append', 'mkdir'].includes(call)) names.set(name, 'pending');
    if (call === 'mkdir') folders.add(name);
    if (call === 'create') contents.delete(name);
    if (call === 'write' && contents.get(name) !== 'doubtful') contents.set(name, 'pending');
    if (call === 'unlink') for (const states of [names, contents]) states.delete(name);
    if (call !== 'rename') continue;
    for (const states of [names, contents]) move(states, from, name);
    names.set(name, 'pending');
  }
  return [...new Set([...names.keys(), ...contents.keys()])].sort();
}

function settle(states: Map<string, State>, name: string, state: State | undefined, failed: boolean): void {
  if (state === undefined) return;
  if (failed) states.set(name, 'doubtful');
  else if (state === 'pending') states.delete(name);
}

function move(states: Map<string, State>, from: string, to: string): void {
  for (const [name, state] of [...states]) {
    if (name === to) states.delete(name);
    if (name !== from && !name.startsWith(`${from}/`)) continue;
    states.delete(name);
    states.set(to + name.slice(from.length), state);
  }
}
