export { type Backup, Backups } from './backups.ts';
export { backupCommand } from './command.ts';
export { BackupFile, BackupInfo } from './manifest.ts';
export { restoreCommand } from './restore-command.ts';
