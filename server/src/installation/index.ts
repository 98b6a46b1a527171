export { beginAnew } from './begin-anew.ts';
export { FORMAT } from './directory-note.ts';
export { type Installation, openInstallation } from './installation.ts';
