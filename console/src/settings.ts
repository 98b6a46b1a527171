import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

/** What a person chooses for this browser. */
export interface Settings {
  theme: 'light' | 'dark' | 'system';
  zone: 'local' | 'utc';
}

const KEY = 'opencts-settings';
const listeners = new Set<() => void>();
let settings: Settings = { theme: 'system', zone: 'local', ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
const systemDark = matchMedia('(prefers-color-scheme: dark)');

export function applyTheme(): void {
  const dark = settings.theme === 'dark' || (settings.theme === 'system' && systemDark.matches);
  applyMode(dark ? Mode.Dark : Mode.Light);
}
systemDark.addEventListener('change', applyTheme);

export function changeSettings(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  localStorage.setItem(KEY, JSON.stringify(settings));
  applyTheme();
  for (const listener of listeners) listener();
}

export function useSettings(): Settings {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => settings,
  );
}
