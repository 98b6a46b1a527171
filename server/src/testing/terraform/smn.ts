import type { Json } from './provider.ts';
import { type Arguments, COMPUTED, type Place, type Resource } from './resource.ts';

const smn = ({ projectId }: Place, path: string) => `/v2/${projectId}/notifications/${path}`;
const given = (value: Json) => value || undefined;
const NAMED = { 'x-smn-resourceid-type': 'name' };

const makeTopic = (place: Place, { name, display_name }: Arguments) =>
  place.project
    .send('POST', smn(place, 'topics'), {
      body: { name, display_name: given(display_name) },
      taken: [200, 201],
    })
    .then(({ topic_urn }) => topic_urn as string);
const renameTopic = (place: Place, urn: string, { display_name }: Arguments) =>
  place.project.send('PUT', smn(place, `topics/${urn}`), {
    body: { display_name: given(display_name) },
    taken: [200],
  });
const deleteTopic = (place: Place, urn: string) =>
  place.project.send('DELETE', smn(place, `topics/${urn}`), { taken: [200] });

export const topicOfOtc: Resource = {
  name: 'opentelekomcloud_smn_topic_v2',
  schema: { name: '', display_name: '' },
  create: makeTopic,
  read: (place, urn) => place.project.find(smn(place, `topics/${urn}`)),
  update: renameTopic,
  destroy: deleteTopic,
  imported: () => ({}),
};

const setAttribute = (place: Place, urn: string, name: string, value: string) =>
  place.project.send('PUT', smn(place, `topics/${urn}/attributes/${name}`), {
    body: { value },
    taken: [200],
  });
const attribute = async (place: Place, urn: string, name: string): Promise<Json> =>
  (await place.project.find(smn(place, `topics/${urn}/attributes?name=${name}`)))?.attributes;

const statement = (Sid: string, Principal: object, Resource: string) => ({
  Sid,
  Effect: 'Allow',
  Principal,
  Action: ['SMN:Publish', 'SMN:QueryTopicDetail'],
  Resource,
});

/** Of who may publish, text as the provider writes it; empty when nobody is named. */
function policyOf(
  urn: string,
  { users_publish_allowed: users, services_publish_allowed: services }: Arguments,
) {
  const Statement = [
    ...(users ? [statement('__user_pub_0', { CSP: users === '*' ? '*' : users.split(',') }, urn)] : []),
    ...(services ? [statement('__service_pub_0', { Service: services.split(',') }, urn)] : []),
  ];
  if (Statement.length === 0) return '';
  return JSON.stringify({ Version: '2016-09-07', Id: '__default_policy_ID', Statement });
}

const tagsPath = ({ projectId }: Place, name: string) => `/v2/${projectId}/smn_topic/${name}/tags`;
const tagTopic = (place: Place, action: string, { name, tags }: Arguments) =>
  place.project.send('POST', `${tagsPath(place, name)}/action`, {
    body: { action, tags: Object.entries(tags).map(([key, value]) => ({ key, value })) },
    headers: NAMED,
    taken: [200, 204],
  });

async function setPolicies(place: Place, urn: string, after: Arguments, before: Arguments): Promise<void> {
  if (policyOf(urn, after) !== policyOf(urn, before)) {
    await setAttribute(place, urn, 'access_policy', policyOf(urn, after));
  }
  if (after.introduction !== before.introduction) {
    await setAttribute(place, urn, 'introduction', after.introduction ?? '');
  }
}

/** Reading takes four calls; who may publish is read out of the policy. */
export const topicOfHuawei: Resource = {
  name: 'huaweicloud_smn_topic',
  schema: {
    name: '',
    display_name: '',
    enterprise_project_id: COMPUTED,
    users_publish_allowed: '',
    services_publish_allowed: '',
    introduction: '',
    tags: {},
  },
  async create(place, wanted) {
    const urn = await makeTopic(place, wanted);
    await setPolicies(place, urn, wanted, {});
    if (wanted.tags) await tagTopic(place, 'create', wanted);
    return urn;
  },
  async read(place, urn) {
    const topic = await place.project.find(smn(place, `topics/${urn}`));
    if (!topic) return undefined;
    const { access_policy: policy } = await attribute(place, urn, 'access_policy');
    const Statement: Json[] = policy === '' ? [] : JSON.parse(policy).Statement;
    const of = (sid: string) => Statement.find(({ Sid }) => Sid === sid)?.Principal;
    const { introduction } = await attribute(place, urn, 'introduction');
    const { tags } = await place.project.send('GET', tagsPath(place, topic.name), { headers: NAMED });
    return {
      ...topic,
      users_publish_allowed: [of('__user_pub_0')?.CSP ?? []].flat().join(','),
      services_publish_allowed: (of('__service_pub_0')?.Service ?? []).join(','),
      introduction,
      tags: Object.fromEntries(tags.map(({ key, value }: Json) => [key, value])),
    };
  },
  async update(place, urn, after, before) {
    if (after.display_name !== before.display_name) await renameTopic(place, urn, after);
    await setPolicies(place, urn, after, before);
    if (before.tags) await tagTopic(place, 'delete', before);
    if (after.tags) await tagTopic(place, 'create', after);
  },
  destroy: deleteTopic,
  imported: () => ({}),
};

/** The value is compared as JSON. */
export const topicAttribute: Resource = {
  name: 'opentelekomcloud_smn_topic_attribute_v2, huaweicloud_smn_topic_attributes',
  schema: { topic_urn: '', value: '' },
  async create(place, { topic_urn, value }) {
    await setAttribute(place, topic_urn, 'access_policy', value);
    return `${topic_urn}/access_policy`;
  },
  async read(place, id) {
    const [topic_urn, name] = id.split('/') as [string, string];
    const told = (await attribute(place, topic_urn, name))?.access_policy;
    return told === '' || told === undefined ? undefined : { topic_urn, value: told };
  },
  update: (place, _id, { topic_urn, value }) => setAttribute(place, topic_urn, 'access_policy', value),
  destroy: (place, id) => {
    const [urn, name] = id.split('/');
    return place.project.send('DELETE', smn(place, `topics/${urn}/attributes/${name}`), { taken: [200] });
  },
  imported: () => ({}),
};

const subscribe = (place: Place, { topic_urn, protocol, endpoint, remark }: Arguments) =>
  place.project
    .send('POST', smn(place, `topics/${topic_urn}/subscriptions`), {
      body: { protocol, endpoint, remark: given(remark) },
      taken: [200, 201],
    })
    .then(({ subscription_urn }) => subscription_urn as string);
const unsubscribe = (place: Place, urn: string) =>
  place.project.send('DELETE', smn(place, `subscriptions/${urn}`), { taken: [200] });
const SUBSCRIPTION = { topic_urn: '', protocol: '', endpoint: '', remark: '' };

/** Read among all of the project, as one page holds them. */
export const subscriptionOfOtc: Resource = {
  name: 'opentelekomcloud_smn_subscription_v2',
  schema: SUBSCRIPTION,
  create: subscribe,
  read: async (place, urn) =>
    (await place.project.send('GET', smn(place, 'subscriptions'))).subscriptions.find(
      (one: Json) => one.subscription_urn === urn,
    ),
  destroy: unsubscribe,
};

const topicOf = (subscriptionUrn: string) => subscriptionUrn.slice(0, subscriptionUrn.lastIndexOf(':'));

/** All of a topic, page by page until one is empty: the next offset is the one before and the size of the page. */
async function subscriptionOfTopic(place: Place, urn: string): Promise<Json> {
  const found: Json[] = [];
  for (let offset = 0; ; ) {
    const query = offset === 0 ? '' : `?offset=${offset}`;
    const page = await place.project.find(smn(place, `topics/${topicOf(urn)}/subscriptions${query}`));
    if (!page || page.subscriptions.length === 0) return found.find((one) => one.subscription_urn === urn);
    found.push(...page.subscriptions);
    offset += page.subscriptions.length;
  }
}

export const subscriptionOfHuawei: Resource = {
  name: 'huaweicloud_smn_subscription',
  schema: SUBSCRIPTION,
  create: subscribe,
  read: subscriptionOfTopic,
  update: (place, urn, { topic_urn, remark = '' }) =>
    place.project.send('PUT', smn(place, `topics/${topic_urn}/subscriptions/${urn}`), { body: { remark } }),
  destroy: unsubscribe,
  imported: () => ({}),
};

const setFilters = (place: Place, method: string, { subscription_urn, filter_policies }: Arguments) =>
  place.project.send(method, smn(place, 'subscriptions/filter_polices'), {
    body: { polices: [{ subscription_urn, filter_polices: filter_policies }] },
  });

export const filterPolicyOfHuawei: Resource = {
  name: 'huaweicloud_smn_subscription_filter_policy',
  schema: { filter_policies: [] },
  async create(place, wanted) {
    await setFilters(place, 'POST', wanted);
    return wanted.subscription_urn;
  },
  async read(place, urn) {
    const filters = (await subscriptionOfTopic(place, urn))?.filter_polices ?? [];
    return filters.length === 0 ? undefined : { filter_policies: filters };
  },
  update: (place, _id, after) => setFilters(place, 'PUT', after),
  destroy: (place, urn) =>
    place.project.send('DELETE', smn(place, 'subscriptions/filter_polices'), {
      body: { subscription_urns: [urn] },
    }),
  imported: () => ({}),
};

export const templateOfBoth: Resource = {
  name: 'opentelekomcloud_smn_message_template_v2, huaweicloud_smn_message_template',
  schema: { name: '', protocol: '', content: '' },
  create: (place, { name, protocol, content }) =>
    place.project
      .send('POST', smn(place, 'message_template'), {
        body: { message_template_name: name, protocol, content },
        taken: [201],
      })
      .then(({ message_template_id }) => message_template_id as string),
  async read(place, id) {
    const found = await place.project.find(smn(place, `message_template/${id}`));
    return found && { ...found, name: found.message_template_name };
  },
  update: (place, id, { content }) =>
    place.project.send('PUT', smn(place, `message_template/${id}`), { body: { content }, taken: [200] }),
  destroy: (place, id) =>
    place.project.send('DELETE', smn(place, `message_template/${id}`), { taken: [200] }),
  imported: () => ({}),
};
