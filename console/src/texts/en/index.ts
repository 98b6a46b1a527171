import { administration } from './administration.ts';
import { archive } from './archive.ts';
import { clock } from './clock.ts';
import { guide } from './guide.ts';
import { keys } from './keys.ts';
import { notifications } from './notifications.ts';
import { number } from './number.ts';
import { overview } from './overview.ts';
import { people } from './people.ts';
import { quarantine } from './quarantine.ts';
import { range } from './range.ts';
import { search } from './search.ts';
import { timeline } from './timeline.ts';
import { topics } from './topics.ts';
import { traceFields } from './trace-fields.ts';
import { traceStore } from './trace-store.ts';
import { traces } from './traces.ts';
import { trackers } from './trackers.ts';

/** Every text of the console in English; other languages have the same members. */
export const english = {
  administration,
  archive,
  clock,
  guide,
  keys,
  notifications,
  overview,
  people,
  quarantine,
  range,
  search,
  timeline,
  topics,
  traceFields,
  traceStore,
  traces,
  trackers,
  product: 'OpenCTS',
  signIn: {
    title: 'Sign in to OpenCTS',
    again: 'Sign in again',
    account: 'Account',
    user: 'User',
    password: 'Password',
    submit: 'Sign in',
    provider: 'Sign in with your organization',
    providerFailed: 'The sign-in with your organization failed. Try again.',
    providerRefusals: {
      '403':
        'Your organization knows you, but you cannot sign in here: your name belongs to another user, or you are disabled. Ask an administrator.',
      '503': 'The sign-in service of your organization does not respond. Try again later.',
    } as Record<string, string>,
    wrong:
      'Account, user or password is wrong. After several failures in a row, wait a moment before the next attempt.',
    expired: 'Your session has expired. Sign in to continue where you were.',
    unreachable: 'The service cannot be reached. Is it running?',
    noProject: 'You have no access to any project of this account: you have not been granted a role yet.',
  },
  navigation: {
    title: 'Cloud Trace Service',
    overview: 'Overview',
    guide: 'First steps',
    users: 'Users',
    groups: 'Groups',
    roles: 'Roles',
    accessKeys: 'Access keys',
    ingestKeys: 'Ingest keys',
    administration: 'Administration',
    installation: 'Installation',
    quarantine: 'Quarantine',
    traces: 'Trace list',
    archive: 'Archive',
    search: 'Search the archive',
    trackers: 'Trackers',
    keys: 'Encryption keys',
    notifications: 'Key event notifications',
    topics: 'Topics',
    open: 'Open the menu',
    close: 'Close the menu',
    noPage: 'There is no such page',
    hidden: (count: number) => (count === 1 ? 'One page is hidden' : `${count} pages are hidden`),
    hiddenHint:
      'Your roles do not allow them. An administrator of the account grants the roles above under Groups.',
  },
  common: {
    loading: 'Loading…',
    failed: 'This could not be loaded',
    pageFailed: 'This page failed',
    pageFailedText: 'An error occurred on this page; other pages still work.',
    reload: 'Reload',
    denied: 'You do not have permission',
    readOnly: 'You can look at this, but not save it',
    deniedText: (roles: readonly string[]) =>
      roles.length === 1
        ? `You need the role ${roles[0]}; an administrator of the account grants it under Groups.`
        : `You need the roles ${roles.join(' and ')}; an administrator of the account grants them under Groups.`,
    retry: 'Try again',
    refresh: 'Refresh',
    cancel: 'Cancel',
    close: 'Close',
    about: (term: string) => `About: ${term}`,
    save: 'Save',
    actions: 'Actions',
    none: 'None',
    copy: 'Copy',
    copied: 'Copied',
    dismiss: 'Dismiss',
    printed: ({ account, project, user, time }: Record<'account' | 'project' | 'user' | 'time', string>) =>
      `OpenCTS · account ${account}, project ${project} · printed by ${user} at ${time}`,
    leave: {
      title: 'Leave without saving?',
      text: 'What you have entered here is lost.',
      action: 'Leave',
    },
    optional: 'optional',
    traces: (count: number) => `${number(count)} ${count === 1 ? 'trace' : 'traces'}`,
    files: (count: number) => `${number(count)} ${count === 1 ? 'file' : 'files'}`,
  },
  menu: {
    signOut: 'Sign out',
    settings: 'Settings',
    theme: 'Appearance',
    light: 'Light',
    dark: 'Dark',
    system: 'Like the system',
    zone: 'Times',
    local: 'Local time',
    utc: 'UTC',
    project: 'Project',
    language: 'Language',
    skip: 'Skip to the content',
    foreignProject: 'This link belongs to a project that is none of yours',
    manual: 'Documentation',
    api: 'API',
    elsewhere: 'Opens in a new tab',
  },
  /** The service's own words behind those of a refusal that is known. */
  refused: (known: string, said: string) => `${known} (${said})`,
  /** In English the service's own words say it. */
  refusals: {} as Readonly<Record<string, string>>,
  recording: {
    absent: 'CTS is not enabled in this project',
    absentText:
      'Nothing is recorded until it is. Enabling creates the management tracker, here and in the region of global services; you need the roles Security Administrator and CTS FullAccess.',
    start: { absent: 'Enable CTS', off: 'Switch recording on' },
    disabled: 'Recording is switched off in this project',
    disabledText:
      'The management tracker is disabled: services continue to report, but nothing new is recorded.',
    failed: 'CTS could not be enabled',
    switchFailed: 'Recording could not be switched on',
  },
};

export type Texts = typeof english;
