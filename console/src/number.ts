import { language } from './settings.ts';

/** `1,234.5`, or `1.234,5`, in the language of the texts. */
export const formatNumber = (value: number, options?: Intl.NumberFormatOptions) =>
  value.toLocaleString(language(), options);
