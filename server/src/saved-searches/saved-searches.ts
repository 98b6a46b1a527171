import { randomBytes } from 'node:crypto';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { MOST_OF_PROJECT, MOST_OF_USER } from './limits.ts';

/** A question that somebody asks of the trace list again and again. */
export interface SavedSearch {
  id: string;
  name: string;
  /** The list as the console's address tells it: range, query, filters and columns. */
  view: string;
  /** Whether everybody who reads the project's traces sees it. */
  shared: boolean;
  /** Who keeps it. */
  userId: string;
  userName: string;
  /** Epoch ms. */
  createdAt: number;
}

/** Searches that users keep in a project: each their own, and those that are shared. */
export class SavedSearches {
  private readonly metadata: Metadata;
  private readonly clock: () => number;

  constructor(metadata: Metadata, clock: () => number) {
    this.metadata = metadata;
    this.clock = clock;
  }

  /** By name. */
  async list(projectId: string, userId: string): Promise<SavedSearch[]> {
    const rows = await this.metadata
      .selectFrom('saved_searches')
      .innerJoin('users', 'users.id', 'saved_searches.user_id')
      .select([
        'saved_searches.id',
        'saved_searches.name',
        'saved_searches.view',
        'saved_searches.shared',
        'saved_searches.user_id',
        'saved_searches.created_at',
        'users.name as user_name',
      ])
      .where('saved_searches.project_id', '=', projectId)
      .where(({ or, eb }) =>
        or([eb('saved_searches.user_id', '=', userId), eb('saved_searches.shared', '=', 1)]),
      )
      .orderBy('saved_searches.name')
      .orderBy('saved_searches.id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      view: row.view,
      shared: row.shared === 1,
      userId: row.user_id,
      userName: row.user_name,
      createdAt: row.created_at,
    }));
  }

  /** @throws CtsError 400 when the user has one of that name, or there are as many as there may be */
  async add(
    projectId: string,
    userId: string,
    { name, view, shared }: Pick<SavedSearch, 'name' | 'view' | 'shared'>,
  ): Promise<string> {
    const id = randomBytes(16).toString('hex');
    await this.metadata.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('saved_searches')
        .select(['name', 'user_id'])
        .where('project_id', '=', projectId)
        .execute();
      const own = known.filter((one) => one.user_id === userId);
      if (own.some((one) => one.name === name)) {
        throw ERRORS.invalidBody('name', `name is ${JSON.stringify(name)}, as of another search of yours`);
      }
      if (own.length >= MOST_OF_USER || known.length >= MOST_OF_PROJECT) {
        throw ERRORS.invalidBody(
          undefined,
          `a user keeps at most ${MOST_OF_USER} searches in a project, and all users ${MOST_OF_PROJECT}; remove one first`,
        );
      }
      await transaction
        .insertInto('saved_searches')
        .values({
          ...{ id, project_id: projectId, user_id: userId, name, view },
          ...{ shared: shared ? 1 : 0, created_at: this.clock() },
        })
        .execute();
    });
    return id;
  }

  /** @returns its name. @throws CtsError 404 when the user keeps no such search */
  async remove(projectId: string, userId: string, id: string): Promise<string> {
    const gone = await this.metadata
      .deleteFrom('saved_searches')
      .where('id', '=', id)
      .where('project_id', '=', projectId)
      .where('user_id', '=', userId)
      .returning('name')
      .executeTakeFirst();
    if (!gone) throw ERRORS.noSuchSavedSearch(id);
    return gone.name;
  }
}
