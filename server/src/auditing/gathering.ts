interface Waiting<Item> {
  item: Item;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Writes together what comes while the write before is under way: one transaction for many. */
export class Gathering<Item> {
  private readonly most: number;
  private readonly write: (items: Item[]) => Promise<void>;
  private readonly waiting: Waiting<Item>[] = [];
  private writing = false;

  /** @param most items of one write */
  constructor(most: number, write: (items: Item[]) => Promise<void>) {
    this.most = most;
    this.write = write;
  }

  /** Resolves when the item is written. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.writing) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.most);
      try {
        await this.write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.writing = false;
  }
}
