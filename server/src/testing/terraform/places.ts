import { expect } from 'vitest';
import { type House, PASSWORD } from '../house.ts';
import { groupOfBoth, userOfBoth } from './iam.ts';
import { type Json, type Keys, Provider } from './provider.ts';
import type { Place } from './resource.ts';
import { topicOfOtc } from './smn.ts';

export const REGION = 'eu-de';
/** Each way by which a provider is configured (`docs/reference/terraform.md` 1). */
export const WHO = ['otc', 'otcKeys', 'huawei'] as const;
export type Places = Record<(typeof WHO)[number], Place>;

/** Starts the service, and configures each provider. */
export async function configured(house: House) {
  await house.start({ OPENCTS_REGIONS: `${REGION},eu-nl` });
  const admin = await house.signIn({ project: REGION });
  const keys: Keys = await keysOf(house, admin.token, admin.userId);
  const { url } = house.app;
  const places: Places = {
    otc: await otcByPassword(house),
    otcKeys: await otcByKeys(url, keys),
    huawei: await huaweiByKeys(url, keys),
  };
  return { admin, keys, places };
}

export async function keysOf(house: House, token: string, user_id: string): Promise<Keys> {
  const body = { credential: { user_id } };
  return (await house.call('POST', '/v3.0/OS-CREDENTIAL/credentials', { token, body })).body.credential;
}

const endpointOf = (catalog: Json[], type: string) =>
  catalog
    .find((service) => service.type === type)
    ?.endpoints.find((one: Json) => one.region === REGION && one.interface === 'public')?.url;

/** Signs in twice, to the project and to the account, and finds the services in the catalog. */
async function otcByPassword(house: House): Promise<Place> {
  const signIn = async (scope: object) => {
    const user = { name: 'admin', password: PASSWORD, domain: { name: 'default' } };
    const identity = { methods: ['password'], password: { user } };
    return house.call('POST', '/v3/auth/tokens', { body: { auth: { identity, scope } } });
  };
  const project = await signIn({ project: { name: REGION, domain: { name: 'default' } } });
  const account = await signIn({ domain: { name: 'default' } });
  const { token } = project.body;
  expect(endpointOf(token.catalog, 'cts')).toBe(`${house.app.url}/v1.0/${token.project.id}`);
  expect(endpointOf(token.catalog, 'smn')).toBe(`${house.app.url}/v2/${token.project.id}`);
  expect(endpointOf(account.body.token.catalog, 'identity')).toBe(`${house.app.url}/v3`);
  const by = (answer: typeof project) =>
    new Provider('otc', house.app.url, { token: answer.headers.get('x-subject-token') as string });
  return {
    project: by(project),
    account: by(account),
    projectId: token.project.id,
    domainId: account.body.token.domain.id,
  };
}

async function otcByKeys(url: string, keys: Keys): Promise<Place> {
  const bare = new Provider('otc', url, keys);
  const [{ id: projectId }] = (await bare.send('GET', `/v3/projects?name=${REGION}`)).projects;
  const [{ id: domainId }] = (await bare.send('GET', '/v3/auth/domains?name=default')).domains;
  const project = new Provider('otc', url, keys, { 'x-project-id': projectId });
  const account = new Provider('otc', url, keys, { 'x-domain-id': domainId });
  const { catalog } = await project.send('GET', '/v3/auth/catalog');
  expect(endpointOf(catalog, 'cts')).toBe(`${url}/v1.0/${projectId}`);
  const { catalog: ofAccount } = await account.send('GET', '/v3/auth/catalog');
  expect(endpointOf(ofAccount, 'identity')).toBe(`${url}/v3`);
  return { project, account, projectId, domainId };
}

/** Endpoints are fixed; project and account are looked up. */
async function huaweiByKeys(url: string, keys: Keys): Promise<Place> {
  const bare = new Provider('huawei', url, keys);
  const { projects } = await bare.send('GET', `/v3/projects?name=${REGION}`);
  const { domains } = await bare.send('GET', '/v3/auth/domains');
  expect([projects.length, domains.length]).toEqual([1, 1]);
  const [projectId, domainId] = [projects[0].id, domains[0].id];
  return {
    project: new Provider('huawei', url, keys, { 'x-project-id': projectId }),
    account: new Provider('huawei', url, keys, { 'x-domain-id': domainId }),
    projectId,
    domainId,
  };
}

let made = 0;
/** A name that nothing else has. */
export const fresh = (prefix: string) => `${prefix}${++made}`;

/** What another resource needs. */
export const needUser = (at: Place) => userOfBoth.create(at, { name: fresh('user-'), password: PASSWORD });
export const needGroup = (at: Place) => groupOfBoth.create(at, { name: fresh('group-') });
export const needTopic = (at: Place) => topicOfOtc.create(at, { name: fresh('topic-') });
export async function needRole(at: Place): Promise<string> {
  const { roles } = await at.account.send('GET', '/v3/roles?name=system_all_cts_readonly');
  return roles[0].id;
}
