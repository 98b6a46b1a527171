import type { Locator, Page } from 'playwright-core';

/** Addresses of one kind that are visited: more of them show nothing new. */
const MOST_ALIKE = 2;
const PRESSABLE = 'button:visible:not([disabled]):not([aria-disabled="true"])';
const CLOSING = /^(Cancel|Close|Leave|Abbrechen|Schließen)/;

/** Calls that are under way have been answered. */
async function settled(page: Page): Promise<void> {
  await page.waitForSelector('h1');
  await page.waitForLoadState('networkidle');
}

/** Ways that can be seen: of the menu, and of the page itself. */
async function waysOn(page: Page): Promise<string[]> {
  // On a phone the menu is closed.
  const menu = page.getByRole('button', { name: /^(Open the menu|Menü öffnen)$/ });
  if (await menu.isVisible()) await menu.click();
  return page
    .locator('a[href^="/console/"]:visible')
    .evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
}

/** Follows every link within the console, from the page that is open. @returns addresses that were visited */
export async function walk(page: Page, url: string): Promise<string[]> {
  const alike = new Map<string, number>();
  const visited: string[] = [];
  await settled(page);
  const ways = await waysOn(page);
  for (const way of ways) {
    const { pathname, search, searchParams } = new URL(way, url);
    const kind = `${pathname} ${[...searchParams.keys()].sort()}`;
    const before = alike.get(kind) ?? 0;
    if (pathname.startsWith('/console/manual') || before >= MOST_ALIKE || visited.includes(pathname + search))
      continue;
    alike.set(kind, before + 1);
    visited.push(pathname + search);
    await page.goto(url + pathname + search);
    await settled(page);
    ways.push(...(await waysOn(page)));
  }
  return visited;
}

/** Presses every button of a page that is not like one before, and those of what it opens. @returns how many */
export async function pressAll(page: Page, address: string): Promise<number> {
  let pressed = 0;
  /** What covers it, or is gone meanwhile, keeps it from being pressed. */
  const press = async (one: Locator) => {
    pressed += await one.click({ timeout: 5_000 }).then(
      () => 1,
      () => 0,
    );
  };
  const open = async () => {
    await page.goto(address);
    await settled(page);
  };
  await open();
  for (const at of await differing(page, `#content ${PRESSABLE}`)) {
    await open();
    const button = page.locator(`#content ${PRESSABLE}`).nth(at);
    await press(button);
    await page.waitForLoadState('networkidle');
    const opened = `[role=dialog] ${PRESSABLE}, [role=menuitem]:visible:not([aria-disabled="true"])`;
    for (const inner of await differing(page, opened)) {
      await open();
      await press(button);
      const one = page.locator(opened).nth(inner);
      if (CLOSING.test(await one.innerText())) continue;
      await press(one);
      await page.waitForLoadState('networkidle');
    }
  }
  return pressed;
}

/** Places of elements that are not like another: rows have the same buttons each. */
async function differing(page: Page, selector: string): Promise<number[]> {
  const kinds = await page
    .locator(selector)
    .evaluateAll((all) =>
      all.map(
        (one) => `${one.className} ${/^\S*/.exec(one.getAttribute('aria-label') ?? one.textContent ?? '')}`,
      ),
    );
  return kinds.flatMap((kind, at) => (kinds.indexOf(kind) === at ? [at] : []));
}
