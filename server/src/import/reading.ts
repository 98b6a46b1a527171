import type { Passed } from './envelopes.ts';

/** What of a file was not taken, and why. */
export interface Refusal {
  file: string;
  /** From 1, of the file as it is without gzip; absent: it is about the whole file. */
  line?: number;
  /** Place among the records of the file, from 1. */
  record?: number;
  byte?: number;
  reason: string;
  /** As it was written. */
  text?: string;
  /** In its place, of what is no UTF-8: a text would not say what was written. */
  base64?: string;
  /** How many it stands for, where it is not one. */
  count?: number;
}

export interface Reading {
  refuse(refusal: Refusal): void;
  /** It could not be read to its end. */
  fail(refusal: Refusal): void;
  /** What is no record, and no fault. */
  pass(what: Passed | 'other file' | 'empty file'): void;
}

export type Place = Required<Pick<Refusal, 'file' | 'line' | 'record' | 'byte'>>;
