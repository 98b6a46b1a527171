export { beginAnew } from './begin-anew.ts';
export { FORMAT, RESTORE_UNDER_WAY, RESTORED } from './directory-note.ts';
export { type Installation, openInstallation } from './installation.ts';
export { isKeyOf } from './key-check.ts';
export { findMetadata } from './look.ts';
