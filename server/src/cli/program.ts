/**
 * How the command line is called by whoever reads this: a command that is printed can be pasted.
 * In a clone, `npm run opencts --` runs it, and there is no `opencts` in the path.
 */
export const program = (env: NodeJS.ProcessEnv = process.env): string =>
  env.npm_lifecycle_event === 'opencts' ? 'npm run opencts --' : 'opencts';
