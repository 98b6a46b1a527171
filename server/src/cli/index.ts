export { askSecret, CONNECTION_HELP, CONNECTION_OPTIONS, connect } from './connection.ts';
export { administer, NOUNS } from './run.ts';
