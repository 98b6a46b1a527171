/** Why a trace is refused: the member, and the rule in words. */
export class TraceRejected extends Error {
  override readonly name = 'TraceRejected';
  readonly field: string | undefined;

  constructor(field: string | undefined, message: string) {
    super(message);
    this.field = field;
  }
}
