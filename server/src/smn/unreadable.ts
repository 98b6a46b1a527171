import type { Waiting } from './queued-messages.ts';

/** Another try would not help: it costs only itself. */
export class UnreadableMessage extends Error {
  readonly messageId: string;

  constructor(messageId: string, cause: unknown) {
    super('a message cannot be read', { cause });
    this.messageId = messageId;
  }
}

/** @throws UnreadableMessage */
export function readingNow<Result>({ message_id }: Waiting, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new UnreadableMessage(message_id, error);
  }
}

/** @throws UnreadableMessage */
export const reading = <Result>({ message_id }: Waiting, read: () => Promise<Result>): Promise<Result> =>
  read().catch((error) => {
    throw new UnreadableMessage(message_id, error);
  });
