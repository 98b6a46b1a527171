export { verifyCommand } from './command.ts';
