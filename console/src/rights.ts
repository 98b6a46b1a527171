/** Action without which a page has nothing to show; the others are for whoever is signed in. */
const PAGES: Readonly<Record<string, string>> = {
  '/': 'cts:trace:list',
  '/resource': 'cts:trace:list',
  '/operator': 'cts:trace:list',
  '/archive': 'cts:trace:list',
  '/search': 'cts:trace:list',
  '/notifications': 'cts:notification:list',
  '/topics': 'smn:topic:list',
  '/trackers': 'cts:tracker:list',
  '/keys': 'kms:cmk:list',
  '/users': 'iam:users:listUsers',
  '/groups': 'iam:groups:listGroups',
  '/roles': 'iam:roles:listRoles',
  '/ingest-keys': 'cts:ingestKey:list',
  '/quarantine': 'opencts:quarantine:list',
};

/** What seeing a page takes. @param route of the page, or of one below it */
export const actionToSee = (route: string): string | undefined => PAGES[`/${route.split('/')[1] ?? ''}`];
