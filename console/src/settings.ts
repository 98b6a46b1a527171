import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

/** What a person chooses for this browser. */
export interface Settings {
  theme: 'light' | 'dark' | 'system';
  zone: 'local' | 'utc';
  /** Empty: the browser's, if the console speaks it. */
  language: '' | Language;
  /** Columns of the trace list; empty: the ordinary ones. */
  columns: string[];
  /** Of columns that were drawn wider or narrower, px. */
  widths: Record<string, number>;
  /** Whether the values of the list's traces are shown beside it. */
  values: boolean;
}

/** By their own names. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' };
export type Language = keyof typeof LANGUAGES;

const KEY = 'opencts-settings';
const listeners = new Set<() => void>();
const DEFAULTS: Settings = {
  theme: 'system',
  zone: 'local',
  language: '',
  columns: [],
  widths: {},
  values: false,
};
let settings: Settings = { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
const systemDark = matchMedia('(prefers-color-scheme: dark)');

export function applyTheme(): void {
  const dark = settings.theme === 'dark' || (settings.theme === 'system' && systemDark.matches);
  applyMode(dark ? Mode.Dark : Mode.Light);
}
systemDark.addEventListener('change', applyTheme);

/** The language of all texts and numbers. */
export function language(): Language {
  if (settings.language !== '') return settings.language;
  return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';
}

/** Texts are read once: the page begins anew. */
export function chooseLanguage(language: Language): void {
  changeSettings({ language });
  location.reload();
}

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
