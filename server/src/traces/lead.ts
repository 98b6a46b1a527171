import type { Secrecy } from './mask-names.ts';

/** What stands before a value. */
export interface Lead {
  secrecy: Secrecy;
  /** Where the name begins. */
  name: number;
  /** Where the value does. */
  start: number;
  /** The mark before the name. */
  around: string | undefined;
  /** Escapes of the marks around the name. */
  slashes: string;
  /** Whether it is that of a header, also in other notations. */
  isHeader: boolean;
  kind: 'member' | 'pair' | 'setting' | 'parameter' | 'header' | 'flag' | 'element' | 'cdata';
}
