/** `urn:smn:<region>:<project id>:<topic>`, and one segment more for a subscription (`docs/reference/smn-api.md` 1). */
export interface TopicUrn {
  region: string;
  projectId: string;
  name: string;
  /** Of a subscription. */
  subscriptionId?: string;
}

export const topicUrn = (region: string, projectId: string, name: string) =>
  `urn:smn:${region}:${projectId}:${name}`;

export const TOPIC_NAME = '^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$';
const SHAPE = /^urn:smn:([a-z0-9-]+):([0-9a-f]{32}):([A-Za-z0-9][A-Za-z0-9_-]{0,254})(?::([0-9a-f]{32}))?$/;

export function parseUrn(urn: string): TopicUrn | undefined {
  const match = SHAPE.exec(urn);
  if (!match) return undefined;
  const [, region = '', projectId = '', name = '', subscriptionId] = match;
  return { region, projectId, name, ...(subscriptionId ? { subscriptionId } : {}) };
}
