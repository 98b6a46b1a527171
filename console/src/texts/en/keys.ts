export const keys = {
  title: 'Encryption keys',
  description: 'Named keys of the project, with which trace files in folders are encrypted.',
  ofStore:
    'Trace files lie in an object store that encrypts with keys of its own; those are managed there. Keys of this page are not used.',
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
    'Files that are encrypted with it cannot be read, and its trackers deliver nothing, until it is enabled again. Nothing is lost.',
  removeTitle: (alias: string) => `Delete the key ${alias}?`,
  removeText:
    'It is turned off now. When the days are over it is gone, and every file that is encrypted with it can never be read again.',
  days: 'Days until it is gone',
  daysHint: '7 to 1,096',
};
