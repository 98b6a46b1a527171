import { ERRORS } from '../../errors.ts';
import { isReferable, type Metadata } from '../../metadata/index.ts';
import { endCredentialsFor } from '../epochs.ts';
import { MOST_PROJECTS } from '../limits.ts';
import { columns } from './columns.ts';
import { newId, type Project } from './entities.ts';
import { withRoom } from './room.ts';

/** What a project may have that must not go with it unseen. */
const SET_UP = [
  ['trackers', 'trackers'],
  ['notifications', 'key event notifications'],
  ['smn_topics', 'topics'],
  ['smn_templates', 'message templates'],
  ['kms_keys', 'encryption keys'],
  ['ingest_keys', 'ingest keys'],
] as const;

/** Projects of accounts, each in a region. */
export class Projects {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly regions: readonly string[];
  private readonly changed: () => void;

  constructor(options: {
    metadata: Metadata;
    clock: () => number;
    regions: readonly string[];
    changed: () => void;
  }) {
    this.metadata = options.metadata;
    this.clock = options.clock;
    this.regions = options.regions;
    this.changed = options.changed;
  }

  /** Gives every account a project in each region, named like it: SDKs look for it. */
  async complete(): Promise<void> {
    // An account whose id is none that others could refer to costs only itself.
    const accounts = this.metadata.selectFrom('domains').select('id').where(isReferable('id'));
    for (const { id } of await accounts.execute()) {
      const known = await this.list(id);
      for (const region of this.regions) {
        if (!known.some(({ name }) => name === region)) await this.add(id, { name: region, region });
      }
    }
  }

  async list(domainId: string): Promise<Project[]> {
    const rows = await this.rows()
      .where('projects.domain_id', '=', domainId)
      .orderBy('projects.name')
      .execute();
    return rows.map(toProject);
  }

  /** @throws CtsError 404 */
  async get(domainId: string, id: string): Promise<Project> {
    const row = await this.rows()
      .where('projects.domain_id', '=', domainId)
      .where('projects.id', '=', id)
      .executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('project', id);
    return toProject(row);
  }

  /** A project by id, of whichever account. */
  async find(id: string): Promise<Project | undefined> {
    const row = await this.rows().where('projects.id', '=', id).executeTakeFirst();
    return row && toProject(row);
  }

  /** @param project.name begins with the name of its region, as in `eu-de_team` */
  async add(
    domainId: string,
    project: { name: string; region?: string; description?: string },
  ): Promise<Project> {
    const { name, description = '' } = project;
    const region = project.region ?? name.split('_')[0] ?? '';
    if (!this.regions.includes(region)) {
      throw ERRORS.iamInvalid(
        'name',
        `a project belongs to a region: its name must be one, or begin with one and "_"; there are ${this.regions.join(', ')}`,
      );
    }
    const id = newId();
    const row = { id, domain_id: domainId, name, region, description, created_at: this.clock() };
    await withRoom(this.metadata, 'projects', MOST_PROJECTS, domainId, async (transaction) => {
      await refuseName(transaction, row);
      await transaction.insertInto('projects').values(row).execute();
    });
    this.changed();
    return this.get(domainId, id);
  }

  /** @throws CtsError 400, 403, 404, 409 */
  async change(
    domainId: string,
    id: string,
    change: { name?: string; description?: string; enabled?: boolean },
  ): Promise<Project> {
    const project = await this.get(domainId, id);
    const { name = project.name, ...others } = change;
    if (name !== project.name) this.checkRenaming(project, name);
    const values = columns(others, ['description']);
    if (values || name !== project.name) {
      await this.metadata.transaction().execute(async (transaction) => {
        if (name !== project.name) await rename(transaction, { id, domain_id: domainId, name });
        if (!values) return;
        await transaction.updateTable('projects').set(values).where('id', '=', id).execute();
        if (change.enabled === false) await endCredentialsFor(transaction, 'projects', id);
      });
    }
    this.changed();
    return this.get(domainId, id);
  }

  /** It stays in its region. @throws CtsError 400, 403 */
  private checkRenaming({ name: before, region }: Project, name: string): void {
    if (this.regions.includes(before)) {
      throw ERRORS.iamForbidden(
        `${before} is the main project of its region, which clients look for by that name; it keeps it`,
      );
    }
    if (!name.startsWith(`${region}_`) || name.length === region.length + 1) {
      throw ERRORS.iamInvalid(
        'project.name',
        `a project stays in its region: its name must begin with "${region}_", and go on`,
      );
    }
  }

  /**
   * Trace files that lie in buckets stay there.
   * @throws CtsError 404, 409 while something is set up in it
   */
  async remove(domainId: string, id: string): Promise<Project> {
    const project = await this.get(domainId, id);
    if (this.regions.includes(project.name)) {
      throw ERRORS.iamForbidden(
        `${project.name} is the main project of its region, which every account has; disable it instead`,
      );
    }
    await this.metadata.transaction().execute(async (transaction) => {
      for (const [table, what] of SET_UP) {
        const found = await transaction
          .selectFrom(table)
          .select('project_id')
          .where('project_id', '=', id)
          .executeTakeFirst();
        if (found) {
          throw ERRORS.iamInUse(`the project ${project.name} still has ${what}: delete them first`);
        }
      }
      await endCredentialsFor(transaction, 'projects', id);
      await transaction.deleteFrom('grants').where('scope', '=', id).execute();
      await transaction.deleteFrom('configurations').where('project_id', '=', id).execute();
      await transaction.deleteFrom('projects').where('id', '=', id).execute();
    });
    this.changed();
    return project;
  }

  /** The account's project of that name in a region; the one named like the region is the main one. */
  async main(domainId: string, region: string): Promise<Project | undefined> {
    return (await this.list(domainId)).find(({ name }) => name === region);
  }

  private rows() {
    return this.metadata
      .selectFrom('projects')
      .innerJoin('domains', 'domains.id', 'projects.domain_id')
      .selectAll('projects')
      .select('domains.name as domain_name');
  }
}

/** Names are unique, and so are those that trace files have: else they would lie among those of another project. */
async function refuseName(
  transaction: Metadata,
  { id, domain_id, name }: { id: string; domain_id: string; name: string },
): Promise<void> {
  const other = await transaction
    .selectFrom('projects')
    .select('name')
    .where('domain_id', '=', domain_id)
    .where('id', '!=', id)
    .where(({ or, eb }) => or([eb('name', '=', name), eb('filed_as', '=', name)]))
    .executeTakeFirst();
  if (!other) return;
  if (other.name === name) throw ERRORS.iamConflict('project', name);
  throw ERRORS.iamInUse(`${name} was the name of the project ${other.name}, whose trace files keep it`);
}

async function rename(
  transaction: Metadata,
  project: { id: string; domain_id: string; name: string },
): Promise<void> {
  await refuseName(transaction, project);
  await transaction
    .updateTable('projects')
    .set(({ ref, eb }) => ({
      name: project.name,
      filed_as: eb.case().when('filed_as', '=', '').then(ref('name')).else(ref('filed_as')).end(),
    }))
    .where('id', '=', project.id)
    .execute();
}

function toProject(row: {
  id: string;
  name: string;
  region: string;
  description: string;
  enabled: number;
  epoch: string;
  domain_id: string;
  domain_name: string;
}): Project {
  const { id, name, region, description, epoch } = row;
  return {
    id,
    name,
    region,
    description,
    enabled: row.enabled === 1,
    epoch,
    domain: { id: row.domain_id, name: row.domain_name },
  };
}
