/** Scripts of package.json by which the program runs in a clone, where there is no `opencts` in the path. */
const SCRIPTS = ['opencts', 'start'];

/** How the command line is called by whoever reads this: a command that is printed can be pasted. */
export const program = (env: NodeJS.ProcessEnv = process.env): string =>
  SCRIPTS.includes(env.npm_lifecycle_event ?? '') ? 'npm run opencts --' : 'opencts';
