import Type from 'typebox';
import { type Metadata, readerOf, type Stored } from '../metadata/index.ts';
import type { Configuration } from './schema.ts';

/** What holds until something is set: every report is recorded. */
export const DEFAULT_CONFIGURATION: Required<Configuration> = {
  is_sync_global_trace: false,
  is_support_read_only: true,
  support_read_only_services: [],
};

/** What is kept of a project. What cannot be read counts as nothing set, so that no report is lost by it. */
export const readConfiguration: (text: string) => Stored<Required<Configuration>> = readerOf(
  Type.Object({
    is_sync_global_trace: Type.Boolean(),
    is_support_read_only: Type.Boolean(),
    support_read_only_services: Type.Array(Type.String()),
  }),
);

/** Settings of recording, by project. */
export class Configurations {
  private readonly metadata: Metadata;
  private readonly changed: () => Promise<void>;

  /** @param changed is told that what is recorded has changed */
  constructor(metadata: Metadata, changed: () => Promise<void>) {
    this.metadata = metadata;
    this.changed = changed;
  }

  async get(projectId: string): Promise<Required<Configuration>> {
    return (await this.all()).get(projectId) ?? DEFAULT_CONFIGURATION;
  }

  async set(projectId: string, configuration: Configuration): Promise<void> {
    const { is_sync_global_trace, is_support_read_only, support_read_only_services } = configuration;
    const set: Required<Configuration> = {
      is_sync_global_trace,
      is_support_read_only,
      support_read_only_services:
        support_read_only_services ?? DEFAULT_CONFIGURATION.support_read_only_services,
    };
    const settings = JSON.stringify(set);
    await this.metadata
      .insertInto('configurations')
      .values({ project_id: projectId, settings })
      .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ settings }))
      .execute();
    await this.changed();
  }

  /** By project; projects without settings of their own are left out. */
  async all(): Promise<Map<string, Required<Configuration>>> {
    const rows = await this.metadata.selectFrom('configurations').selectAll().execute();
    return new Map(
      rows.map(({ project_id, settings }) => [
        project_id,
        readConfiguration(settings).value ?? DEFAULT_CONFIGURATION,
      ]),
    );
  }
}
