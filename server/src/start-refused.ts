/** The service does not start as things are; the message is one sentence of what is wrong, and what cures it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}
