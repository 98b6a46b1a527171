import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqlite } from '../sqlite.ts';
import { House, trace } from '../testing/house.ts';
import { Receiver } from '../testing/receiver.ts';
import { until } from '../testing/until.ts';

/*
 * Of every table, a good row gets a neighbour for each column in which something odd stands. What is good is listed
 * and takes effect as before, and no list fails.
 */
const house = new House();
const receiver = new Receiver();
const ENVIRONMENT = { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8', OPENCTS_TRANSFER_CYCLE: '1' };
let admin: Awaited<ReturnType<House['signIn']>>;
const call = (method: string, route: string, body?: unknown) =>
  house.call(method, route, { token: admin.token, body });

/** Of these there is one row, or they are nobody's but the library's. */
const SINGLE = /^(installation|identity_version|kysely_.*|sqlite_.*)$/;

beforeAll(async () => {
  await receiver.start();
  await house.start(ENVIRONMENT);
  admin = await house.signIn({ project: 'local' });
  const v3 = `/v3/${admin.projectId}`;
  const v2 = `/v2/${admin.projectId}/notifications`;
  const must = async (method: string, route: string, body?: unknown) => {
    const answer = await call(method, route, body);
    if (answer.status >= 300) throw new Error(`${method} ${route}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const obs_info = { bucket_name: 'good-bucket', is_obs_created: true };
  await must('POST', `${v3}/tracker`, { tracker_type: 'system', tracker_name: 'system', obs_info });
  const { topic_urn } = await must('POST', `${v2}/topics`, { name: 'good-topic' });
  await must('POST', `${v2}/message_template`, {
    ...{ message_template_name: 'good-template', protocol: 'default', content: 'x {a}' },
  });
  await must('POST', `${v2}/topics/${topic_urn}/subscriptions`, {
    ...{ protocol: 'http', endpoint: `${receiver.url}/good` },
  });
  await fetch((await until(() => receiver.of('SubscriptionConfirmation')[0])).body.subscribe_url);
  await must('POST', `${v3}/notifications`, {
    ...{ notification_name: 'good-notification', operation_type: 'customized', topic_id: topic_urn },
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
  });
  await must('PUT', `${v3}/configuration`, { is_sync_global_trace: false, is_support_read_only: true });
  await house.addUser(admin, 'good-user', [{ role: 'CTS ReadOnlyAccess', scope: 'domain' }]);
  await must('POST', '/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: admin.userId } });
  await must('POST', '/v3.0/OS-ROLE/roles', {
    role: {
      ...{ display_name: 'good-role', type: 'AX', description: '' },
      policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:trace:list'] }] },
    },
  });
  await isTold();
}, 120_000);
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});

/** A deletion is reported, told, and found. */
async function isTold(): Promise<void> {
  const id = randomUUID();
  const sent = { traces: [trace({ trace_name: 'deleteServer', trace_id: id })] };
  expect((await call('POST', `/v3/${admin.projectId}/traces`, sent)).body).toMatchObject({ accepted: 1 });
  await until(() => receiver.of('Notification').some((one) => one.path === '/good' && one.text.includes(id)));
  await house.searchable(admin.token);
  expect((await call('GET', `/v3/${admin.projectId}/traces?trace_id=${id}`)).body.traces).toHaveLength(1);
}

type Column = { name: string; type: string; pk: number };

/** @param oddFor undefined: the column has none of this kind. @param asText bytes are put there as text */
function addOddRows(oddFor: (column: Column) => unknown, asText: boolean): string[] {
  const db = openSqlite(path.join(house.directory, 'metadata.db'), 1_000, ['foreign_keys = OFF']);
  const added: string[] = [];
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
    name: string;
  }[];
  for (const { name: table } of tables) {
    if (SINGLE.test(table)) continue;
    const columns = db.prepare(`PRAGMA table_info(${table})`).all() as Column[];
    const good = db.prepare(`SELECT * FROM ${table} LIMIT 1`).all()[0] as Record<string, unknown> | undefined;
    if (!good) continue;
    for (const column of columns) {
      const odd = oddFor(column);
      if (odd === undefined) continue;
      const row = { ...good };
      for (const { name, type, pk } of columns) {
        if (type.toLowerCase() !== 'text') continue;
        if (pk && name === 'id') row[name] = randomUUID().replaceAll('-', '');
        else if (/^(name|alias|key|access|hash|key_hash|external_id|endpoint)$/.test(name))
          row[name] = randomUUID();
      }
      if (columns.some(({ name, type, pk }) => pk && name === 'id' && type === 'INTEGER')) delete row.id;
      if (Object.hasOwn(row, 'seq')) delete row.seq;
      row[column.name] = odd;
      const names = Object.keys(row);
      const values = names.map((name) =>
        name === column.name && asText && isText(column) ? 'CAST(? AS TEXT)' : '?',
      );
      try {
        db.prepare(`INSERT INTO ${table} (${names.map((name) => `"${name}"`)}) VALUES (${values})`).run(
          ...(Object.values(row) as Buffer[]),
        );
        added.push(`${table}.${column.name}`);
      } catch {
        // A rule of the table forbids it.
      }
    }
  }
  db.close();
  return added;
}

const isText = ({ type }: Column) => type.toLowerCase() === 'text';

test.each<[string, (column: Column) => unknown, boolean?]>([
  ['bytes', () => Buffer.from([0xff, 0, 0xfe])],
  ['text where a number belongs', (column) => (isText(column) ? undefined : 'no number')],
  ['nothing', (column) => (isText(column) ? '' : undefined)],
  ['a megabyte', (column) => (isText(column) ? 'x'.repeat(1_000_000) : undefined)],
  ['no UTF-8', (column) => (isText(column) ? Buffer.from([0x61, 0xff, 0x62]) : undefined), true],
  ['NUL', (column) => (isText(column) ? 'a\0b' : undefined)],
])(
  'rows in which %s stands cost only themselves',
  async (_, oddFor, asText = false) => {
    let added: string[] = [];
    await house.restart({ ...ENVIRONMENT, OPENCTS_DATA_DIR: house.directory }, () => {
      added = addOddRows(oddFor, asText);
    });
    expect(added.length).toBeGreaterThan(5);
    house.logged.length = 0;
    admin = await house.signIn({ project: 'local' });
    const answers = new Map<string, string>();
    for (const { method, url } of house.app.routes) {
      const route = url
        .replace(':project_id', admin.projectId)
        .replace(':domain_id', admin.domainId)
        .replace(':user_id', admin.userId);
      if (method !== 'GET' || route.includes(':') || /\/(console|docs|backups)/.test(route)) continue;
      const { status, body } = await call('GET', route);
      answers.set(url, `${status} ${JSON.stringify(body)}`);
    }
    const failed = [...answers].filter(([, answer]) => answer.startsWith('5')).map(([url]) => url);
    const errors = house.logged.filter((line) => line.includes('"stack"')).slice(0, 5);
    expect({ failed, errors: failed.length > 0 ? errors : [] }).toEqual({ failed: [], errors: [] });
    const all = [...answers.values()].join('\n');
    for (const good of ['topic', 'template', 'notification', 'user', 'role', 'bucket']) {
      expect(all).toContain(`good-${good}`);
    }
    await isTold();
  },
  180_000,
);

test('rows with values of other types than their columns are counted', async () => {
  const { body } = await call('GET', '/metrics');
  for (const table of ['smn_topics', 'smn_templates', 'users', 'notifications']) {
    expect(body).toMatch(new RegExp(`^opencts_unreadable_rows\\{table="${table}"\\} [1-9]\\d*$`, 'm'));
  }
});
