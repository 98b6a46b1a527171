export const keys = {
  title: 'Encryption keys',
  description: 'Named keys of the project, with which trace files in folders are encrypted.',
  ofStore:
    'Trace files are in an object store that encrypts with its own keys; these are managed there. The keys on this page are not used.',
  columns: {
    alias: 'Name',
    state: 'State',
    version: 'Version',
    created: 'Created',
    description: 'Description',
  },
  states: { enabled: 'Enabled', disabled: 'Disabled', pending_deletion: 'To be deleted' },
  deletedOn: (time: string) => `on ${time}`,
  create: 'Create key',
  alias: 'Name',
  aliasHint: '1 to 255 of letters, digits, "/", "_" and "-".',
  descriptionField: 'Description',
  enable: 'Enable',
  disable: 'Disable',
  rotate: 'Rotate',
  remove: 'Schedule deletion',
  keep: 'Cancel deletion',
  none: 'There is no key',
  noneText: 'Create one, then choose it in a tracker.',
  disableTitle: (alias: string) => `Disable the key ${alias}?`,
  disableText:
    'Until it is enabled again, files that are encrypted with it cannot be read, and trackers that use it transfer nothing. Nothing is lost.',
  removeTitle: (alias: string) => `Delete the key ${alias}?`,
  removeText:
    'It is disabled now. After these days it is deleted, and files that are encrypted with it can never be read again.',
  days: 'Days until deletion',
  daysHint: '7 to 1,096',
};
