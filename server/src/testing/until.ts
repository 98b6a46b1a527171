/** Longer than anything takes on a machine that does much else: what comes late is slow, what never comes is wrong. */
const PATIENCE_MS = 30_000;

/**
 * Looks until there is something.
 * @throws Error when nothing came for `PATIENCE_MS`, or for `patience` in ms
 */
export async function until<Result>(
  look: () => Promise<Result | undefined> | Result | undefined,
  patience = PATIENCE_MS,
): Promise<Result> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() >= end) throw new Error(`it did not come within ${patience} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
