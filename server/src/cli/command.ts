import type { Api, OpenCtsClient } from '@opencts/client';
import { program } from '../program.ts';
import type { Output } from './output.ts';

/** What a command works with. */
export interface Context {
  client: OpenCtsClient;
  api: Api;
  /** Of the project that the command is about. */
  path: { project_id: string };
  /** Arguments by the names of the usage; those that are required are there. */
  args: Record<string, string>;
  options: Record<string, string | boolean | undefined>;
}

/** One command of an administrator: `opencts NOUN VERB ARGUMENTS`. */
export interface Command {
  /** Arguments, such as `NAME GROUP`; one in brackets may be left out. */
  usage: string;
  summary: string;
  options?: Record<string, { type: 'string' | 'boolean'; help: string }>;
  /** Members that the table shows. */
  columns?: readonly string[];
  run(context: Context): Promise<Output>;
}

export type Commands = Record<string, Command>;

/** Something that is named wrongly on the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The command that shows what is right; absent: the help of the one that was given. */
  readonly see: string | undefined;

  constructor(message: string, see?: string) {
    super(message);
    this.see = see;
  }
}

/** Something is named that does not exist. @param kind of which `opencts KINDs list` shows all */
export const unknown = (kind: string, wanted: string | undefined) =>
  new UsageError(`there is no ${kind} ${wanted}`, `${program()} ${kind.replace(' ', '-')}s list`);

/** The one of a list that an argument names, by name or id. @throws UsageError */
export function pick<Item extends { id: string; name: string }>(
  items: readonly Item[],
  wanted: string | undefined,
  kind: string,
): Item {
  const found = items.find(({ id, name }) => id === wanted || name === wanted);
  if (!found) throw unknown(kind, wanted);
  return found;
}
