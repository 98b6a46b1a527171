/** Counts what is looked at: the time that queries take grows with it. */
export interface Steps {
  taken: number;
}
