import type { FastifyRequest } from 'fastify';
import { parseUrn } from '../../../smn/index.ts';
import { ownerOf } from '../../owner.ts';
import type { ServerDeps } from '../../server-deps.ts';

/** @returns undefined: the caller's project has no such topic */
export async function topicIdByUrn(
  topics: ServerDeps['topics'],
  { principal }: FastifyRequest,
  urn: string,
): Promise<string | undefined> {
  const topic = await topics.byName(ownerOf(principal), parseUrn(urn)?.name ?? '');
  return topic?.urn === urn ? topic.id : undefined;
}
