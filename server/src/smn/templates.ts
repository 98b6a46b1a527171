import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import { ERRORS } from '../errors.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import {
  MOST_PLACES,
  MOST_TEMPLATE_BYTES,
  MOST_TEMPLATE_TAGS,
  MOST_TEMPLATES,
  MOST_VALUE_BYTES,
} from './limits.ts';
import type { Published } from './messages.ts';
import { isText, TEXT_RULE } from './plain-text.ts';

const PLACE = /\{([A-Za-z0-9][A-Za-z0-9_.-]{0,20})\}/g;

export const TEMPLATE_PROTOCOLS = ['default', 'email', 'sms', 'http', 'https'] as const;

export interface Template {
  id: string;
  name: string;
  protocol: string;
  content: string;
  /** Placeholders in it. */
  tags: string[];
  /** Epoch ms. */
  createdAt: number;
  updatedAt: number;
}

export interface TemplatePage {
  name: string | undefined;
  protocol: string | undefined;
  offset: number;
  limit: number;
}

/** Texts with placeholders, one for each name and protocol (`docs/reference/smn-api.md` 6). */
export class Templates {
  private readonly metadata: Metadata;
  private readonly clock: () => number;

  constructor(metadata: Metadata, clock: () => number) {
    this.metadata = metadata;
    this.clock = clock;
  }

  /** Those of a name and a protocol, as far as given; oldest first. Texts can be long, so they are read one by one. */
  async page(projectId: string, { name, protocol, offset, limit }: TemplatePage) {
    let query = this.metadata.selectFrom('smn_templates').select('id').where('project_id', '=', projectId);
    if (name) query = query.where('name', '=', name);
    if (protocol) query = query.where('protocol', '=', protocol);
    const found = await query.orderBy('created_at').orderBy('id').execute();
    const templates: Template[] = [];
    for (const { id } of found.slice(offset, offset + limit)) {
      const one = await this.find(projectId, id);
      if (one) templates.push(one);
      await turn();
    }
    return { count: found.length, templates };
  }

  /** @throws CtsError 404 */
  async get(projectId: string, id: string): Promise<Template> {
    const found = await this.find(projectId, id);
    if (!found) throw ERRORS.smn(404, '0027', `there is no message template ${id}`);
    return found;
  }

  /** @returns its id @throws CtsError 400 */
  async create(projectId: string, name: string, protocol: string, content: string): Promise<string> {
    checkContent(content);
    const now = this.clock();
    const id = randomBytes(16).toString('hex');
    const row = { id, project_id: projectId, name, protocol, content, created_at: now, updated_at: now };
    await this.metadata.transaction().execute(async (transaction) => {
      const all = await transaction
        .selectFrom('smn_templates')
        .select(['name', 'protocol'])
        .where('project_id', '=', projectId)
        .execute();
      if (all.some((one) => one.name === name && one.protocol === protocol)) {
        throw ERRORS.smn(
          400,
          '0025',
          `there is already a template ${name} for ${protocol}`,
          'message_template_name',
        );
      }
      if (all.length >= MOST_TEMPLATES) {
        throw ERRORS.smn(400, '0044', `a project has at most ${MOST_TEMPLATES} templates; delete one first`);
      }
      await transaction.insertInto('smn_templates').values(row).execute();
    });
    return id;
  }

  async update({ id }: Template, content: string): Promise<void> {
    checkContent(content);
    await this.metadata
      .updateTable('smn_templates')
      .set({ content, updated_at: this.clock() })
      .where('id', '=', id)
      .execute();
  }

  async remove({ id }: Template): Promise<void> {
    await this.metadata.deleteFrom('smn_templates').where('id', '=', id).execute();
  }

  /** A message of all templates of a name. @throws CtsError 404 without a default, 400 for a value too long */
  async fill(projectId: string, name: string, values: Record<string, string>): Promise<Published> {
    const given = Object.entries(values);
    if (given.length > MOST_TEMPLATE_TAGS) {
      throw ERRORS.smn(403, '0009', `tags are more than ${MOST_TEMPLATE_TAGS}`, 'tags');
    }
    for (const [tag, value] of given) {
      if (Buffer.byteLength(value) > MOST_VALUE_BYTES) {
        throw ERRORS.smn(403, '0009', `tags.${tag} has more than ${MOST_VALUE_BYTES} bytes`, 'tags');
      }
    }
    const named = await this.metadata
      .selectFrom('smn_templates')
      .select(['protocol', 'content'])
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .execute();
    const byProtocol = Object.fromEntries(
      named.map(({ protocol, content }) => [
        protocol,
        content.replaceAll(PLACE, (place, tag: string) =>
          Object.hasOwn(values, tag) ? (values[tag] ?? '') : place,
        ),
      ]),
    );
    const { default: text, ...others } = byProtocol;
    if (text === undefined) {
      throw ERRORS.smn(
        404,
        '0076',
        `the template ${name} has no text for the protocol default`,
        'message_template_name',
      );
    }
    return { subject: '', default: text, byProtocol: others };
  }

  private async find(projectId: string, id: string): Promise<Template | undefined> {
    const row = await this.metadata
      .selectFrom('smn_templates')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toTemplate(row);
  }
}

function checkContent(content: string): void {
  const refuse = (message: string) => ERRORS.smn(400, '0024', message, 'content');
  if (content === '' || Buffer.byteLength(content) > MOST_TEMPLATE_BYTES) {
    throw refuse('content must hold 1 byte to 256 kB');
  }
  if (!isText(content)) throw refuse(`content must hold ${TEXT_RULE}`);
  const places = [...content.matchAll(PLACE)].map(([, tag]) => tag);
  if (places.length > MOST_PLACES) throw refuse(`content has more than ${MOST_PLACES} placeholders`);
  if (new Set(places).size > MOST_TEMPLATE_TAGS)
    throw refuse(`content has more than ${MOST_TEMPLATE_TAGS} different placeholders`);
}

const toTemplate = (row: Selectable<Database['smn_templates']>): Template => ({
  id: row.id,
  name: row.name,
  protocol: row.protocol,
  content: row.content,
  tags: [...new Set([...row.content.matchAll(PLACE)].map(([, tag]) => tag ?? ''))],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
