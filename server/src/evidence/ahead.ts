/** Loads items in their order, so many ahead of whoever takes them. What is loaded and not taken is given to `drop`. */
export async function* ahead<Item, Loaded>(
  items: AsyncIterable<Item> | Iterable<Item>,
  most: number,
  load: (item: Item) => Promise<Loaded>,
  drop: (loaded: Loaded) => void,
): AsyncGenerator<Loaded> {
  const loading: Promise<Loaded>[] = [];
  try {
    for await (const item of items) {
      const one = load(item);
      // Whoever takes it meets its error; before that nobody listens.
      one.catch(() => undefined);
      loading.push(one);
      if (loading.length >= most) yield await (loading.shift() as Promise<Loaded>);
    }
    for (let one = loading.shift(); one; one = loading.shift()) yield await one;
  } finally {
    for (const one of loading) one.then(drop, () => undefined);
  }
}
