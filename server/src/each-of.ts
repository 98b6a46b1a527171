/**
 * Does something with each, so many at a time. When one fails no other is begun, and what has begun has ended when it
 * rejects.
 */
export async function eachOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let hasFailed = false;
  const queue = queueOf(items);
  const worker = async () => {
    try {
      for await (const item of queue) {
        if (hasFailed) return;
        await work(item);
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** From which several take, each item once. */
async function* queueOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* items;
}
