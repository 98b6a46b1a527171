export {
  adviceOn,
  askSecret,
  CONNECTION_HELP,
  CONNECTION_OPTIONS,
  type Connection,
  connect,
  readNamed,
} from './connection.ts';
export { Progress } from './progress.ts';
export { administer, NOUNS } from './run.ts';
