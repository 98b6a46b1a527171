import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { callerGone } from './caller.ts';
import { sendExactly } from './exact-length.ts';
import type { Gate } from './gate.ts';
import { BYTES_AT_ONCE, ITEMS_AT_ONCE } from './limits.ts';

interface LongList<Item> {
  /** Of the member that holds the items. */
  name: string;
  /** Schema of an item. */
  item: object;
  pages: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>;
  /** What else the answer has. */
  rest: Record<string, unknown>;
}

/**
 * Answers `{name: […], …rest}`, a list that can be megabytes, whose form gives it no pages: it is read and written
 * out piece by piece, others having their turn in between, and one list of an account at a time.
 * @throws CtsError 429, 499 when the caller has gone
 */
export async function sendLongList<Item extends Record<string, unknown>>(
  reply: FastifyReply,
  gate: Gate,
  { name, item, pages, rest }: LongList<Item>,
): Promise<FastifyReply> {
  const gone = callerGone(reply);
  const text = reply.compileSerializationSchema(item as Record<string, unknown>);
  const account = reply.request.principal.domainId;
  const write = async () => {
    // Lists before this one may not have been read yet.
    gate.refuseUnread(account);
    const pieces = [Buffer.from(`{${JSON.stringify(name)}:[`)];
    for await (const page of pages) {
      for (let at = 0; at < page.length; at += ITEMS_AT_ONCE) {
        const items = page.slice(at, at + ITEMS_AT_ONCE).map((one) => text(one));
        pieces.push(Buffer.from(`${pieces.length > 1 ? ',' : ''}${items.join()}`));
        await turn();
        gone.throwIfAborted();
      }
    }
    const others = Object.entries(rest).map(
      ([member, value]) => `,${JSON.stringify(member)}:${JSON.stringify(value)}`,
    );
    pieces.push(Buffer.from(`]${others.join('')}}`));
    return pieces;
  };
  const pieces = await gate.lists.run(account, write, gone);
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  reply.type('application/json; charset=utf-8');
  if (bytes <= BYTES_AT_ONCE) return reply.send(Buffer.concat(pieces));
  gate.sending(account, reply, bytes);
  return sendExactly(reply, bytes, Readable.from(pieces));
}
