import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { type App, startApp } from '../app.ts';
import { MACHINE } from '../clock/index.ts';
import { readConfig } from '../config.ts';
import { until } from './until.ts';

export const PASSWORD = 'a-password-of-the-tests';
export const JSON_TYPE = { 'content-type': 'application/json' };

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of all routes
  body: any;
}

/** The whole service in this process, with a clock that can be moved. */
export class House {
  app!: App;
  directory!: string;
  readonly logged: string[] = [];
  /** Time that passes for the service beyond the real one, ms. */
  skew = 0;
  /** How far the clock is set wrong, ms. */
  wrong = 0;

  /** @param prepare puts into the data directory what was there before */
  async start(
    env: Record<string, string> = {},
    prepare: (directory: string) => unknown = () => undefined,
  ): Promise<this> {
    this.directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-house-'));
    await prepare(this.directory);
    await this.enter(env);
    return this;
  }

  /** Ends the service and starts it anew over the same data. @param meanwhile what happens while it is ended */
  async restart(env: Record<string, string> = {}, meanwhile?: () => void | Promise<void>): Promise<void> {
    await this.app.stop();
    await meanwhile?.();
    await this.enter(env);
  }

  private async enter(env: Record<string, string>): Promise<void> {
    const config = readConfig({
      OPENCTS_DATA_DIR: this.directory,
      OPENCTS_PORT: '0',
      OPENCTS_ADMIN_PASSWORD: PASSWORD,
      OPENCTS_CANARY_SECONDS: '0',
      ...env,
    });
    this.app = await startApp({
      config,
      log: pino({ level: 'debug' }, { write: (line: string) => this.logged.push(line) }),
      version: '0.0.0-test',
      clocks: {
        wall: () => Date.now() + this.skew + this.wrong,
        monotonic: () => MACHINE.monotonic() + this.skew,
      },
      onFatal: (error) => {
        throw error;
      },
    });
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** @param body an object is sent as JSON, text and bytes as they are */
  async call(
    method: string,
    route: string,
    { token, headers = {}, body }: { token?: string; headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.app.url}${route}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token === undefined ? {} : { 'x-auth-token': token }),
        ...(isPlain(body) ? JSON_TYPE : {}),
        ...headers,
      },
      body: isPlain(body) ? JSON.stringify(body) : (body as RequestInit['body']),
    });
    const text = await response.text();
    const json = text !== '' && response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  /** Signs in as a user of an account. @param project name; absent: scoped to the account */
  async signIn(user: { account?: string; name?: string; password?: string; project?: string }) {
    const { account = 'default', name = 'admin', password = PASSWORD, project } = user;
    const identity = {
      methods: ['password'],
      password: { user: { name, password, domain: { name: account } } },
    };
    const scope = project === undefined ? { domain: { name: account } } : { project: { name: project } };
    const { status, headers, body } = await this.call('POST', '/v3/auth/tokens', {
      body: { auth: { identity, scope } },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    const { token } = body;
    return {
      token: headers.get('x-subject-token') as string,
      userId: token.user.id as string,
      domainId: token.user.domain.id as string,
      projectId: (token.project?.id ?? '') as string,
      roles: (token.roles as { name: string }[]).map((role) => role.name),
    };
  }

  /** Resolves when all that was acknowledged can be found. */
  async searchable(token: string): Promise<void> {
    await until(async () => {
      const { body } = await this.call('GET', '/metrics', { token });
      return /^opencts_follower_lag_traces\{follower="indexer"\} 0$/m.test(body as string) || undefined;
    });
  }

  /** Makes a group with a role in a scope, and a user in it. @param scope a project id, `domain` or `projects` */
  async addUser(
    admin: { token: string; domainId: string },
    name: string,
    grants: { role: string; scope: string }[],
  ): Promise<string> {
    const { token, domainId } = admin;
    const must = async (method: string, route: string, body?: unknown) => {
      const answer = await this.call(method, route, { token, body });
      if (answer.status >= 300) throw new Error(`${method} ${route}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    const { user } = await must('POST', '/v3/users', { user: { name, password: PASSWORD } });
    const { group } = await must('POST', '/v3/groups', { group: { name: `group of ${name}` } });
    await must('PUT', `/v3/groups/${group.id}/users/${user.id}`);
    const { roles } = (await must('GET', '/v3/roles')) as { roles: { id: string; display_name: string }[] };
    for (const { role, scope } of grants) {
      const id = roles.find((one) => one.display_name === role)?.id;
      const base = {
        domain: `/v3/domains/${domainId}/groups/${group.id}/roles/${id}`,
        projects: `/v3/OS-INHERIT/domains/${domainId}/groups/${group.id}/roles/${id}/inherited_to_projects`,
      }[scope];
      await must('PUT', base ?? `/v3/projects/${scope}/groups/${group.id}/roles/${id}`);
    }
    return user.id as string;
  }
}

const isPlain = (body: unknown) =>
  typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;

export function trace(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    trace_name: 'createServer',
    trace_type: 'ApiCall',
    service_type: 'ECS',
    resource_type: 'ecs',
    time: Date.now(),
    user: { name: 'jane', domain: { id: 'd1' } },
    ...change,
  };
}
