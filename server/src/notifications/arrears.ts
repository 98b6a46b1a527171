import { type Selectable, sql, type Transaction } from 'kysely';
import { comparePositions, type Position } from '../journal/index.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import { readBegun } from './begun.ts';

/** What the notifier has passed over of one project, and looks at for it alone. */
export interface Arrear {
  projectId: string;
  from: Position;
  until: Position;
  /** A stretch of which a part is written. */
  begun: { until: Position; after: string } | undefined;
}

/**
 * Projects whose key events want very many messages: these are written apart, while the notifier goes on for
 * the others. Each has one stretch of the journal in arrears, which the notifier prolongs as long as it is not
 * made up for. What is stored counts: both change it in the transactions in which they note how far they are.
 */
export class Arrears {
  private readonly metadata: Metadata;
  private readonly journalId: string;
  private rows: Arrear[] = [];
  private last = '';
  private arrived: () => void = () => undefined;

  constructor(metadata: Metadata, journalId: string) {
    this.metadata = metadata;
    this.journalId = journalId;
  }

  /** @param begin what lies before can not be read any more */
  async load(begin: Position): Promise<void> {
    this.rows = (await this.stored(this.metadata)).map((row) =>
      comparePositions(row.from, begin) < 0 ? { ...row, from: begin, begun: undefined } : row,
    );
  }

  get projects(): Set<string> {
    return new Set(this.rows.map(({ projectId }) => projectId));
  }

  /** The first position that is still needed. */
  earliest(position: Position): Position {
    return this.rows.reduce(
      (least, { from }) => (comparePositions(from, least) < 0 ? from : least),
      position,
    );
  }

  /** Projects take turns. */
  next(): Arrear | undefined {
    const found = this.rows.find(({ projectId }) => projectId > this.last) ?? this.rows[0];
    this.last = found?.projectId ?? '';
    return found;
  }

  /** Resolves when there is something, or the signal aborts. */
  async any(signal: AbortSignal): Promise<void> {
    if (this.rows.length > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.arrived = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /**
   * A stretch is passed over for some projects; one that has none in arrears begins with it.
   * @returns to be called when the transaction is done
   */
  async prolong(
    transaction: Transaction<Database>,
    projects: readonly string[],
    from: Position,
    until: Position,
  ): Promise<() => void> {
    if (projects.length === 0) return () => undefined;
    for (const project of projects) {
      const end = { until_segment: until.segment, until_offset: until.offset };
      await transaction
        .insertInto('notifier_arrears')
        .values({ journal_id: this.journalId, project_id: project, ...from, ...end, begun: '' })
        .onConflict((conflict) => conflict.columns(['journal_id', 'project_id']).doUpdateSet(end))
        .execute();
    }
    return this.changed(transaction);
  }

  /**
   * @param begun absent: everything before `from` is written
   * @returns to be called when the transaction is done
   */
  async advance(
    transaction: Transaction<Database>,
    project: string,
    from: Position,
    begun?: Arrear['begun'],
  ): Promise<() => void> {
    await transaction
      .updateTable('notifier_arrears')
      .set({ ...from, begun: begun ? JSON.stringify(begun) : '' })
      .where('journal_id', '=', this.journalId)
      .where('project_id', '=', project)
      .execute();
    await transaction
      .deleteFrom('notifier_arrears')
      .where('journal_id', '=', this.journalId)
      .where('project_id', '=', project)
      .where(sql<boolean>`(segment, offset) >= (until_segment, until_offset)`)
      .execute();
    return this.changed(transaction);
  }

  private async changed(transaction: Transaction<Database>): Promise<() => void> {
    const rows = await this.stored(transaction);
    return () => {
      this.rows = rows;
      if (rows.length > 0) this.arrived();
    };
  }

  private async stored(metadata: Metadata): Promise<Arrear[]> {
    const rows = await metadata
      .selectFrom('notifier_arrears')
      .selectAll()
      .where('journal_id', '=', this.journalId)
      .orderBy('project_id')
      .execute();
    return rows.map(toArrear);
  }
}

function toArrear(row: Selectable<Database['notifier_arrears']>): Arrear {
  return {
    projectId: row.project_id,
    from: { segment: row.segment, offset: row.offset },
    until: { segment: row.until_segment, offset: row.until_offset },
    begun: readBegun(row.begun).begun,
  };
}
