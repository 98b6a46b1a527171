export { importCommand } from './command.ts';
export { Progress } from './progress.ts';
