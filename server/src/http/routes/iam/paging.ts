import Type, { type Static } from 'typebox';

/** Pages of a list, by number or by offset: clients go on until one is empty (`docs/reference/iam-auth.md` 4). */
export const PAGING = {
  page: Type.Optional(Type.Integer({ minimum: 1, description: 'Number of the page, from 1' })),
  per_page: Type.Optional(Type.Integer({ minimum: 1, maximum: 300, description: 'Size of a page; 300' })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
};
const Paging = Type.Object(PAGING);

/** What of a list was asked for; all of it when nothing was said. */
export function pageOf<Item>(
  all: readonly Item[],
  { page, per_page, offset = 0, limit }: Static<typeof Paging>,
): Item[] {
  if (page === undefined && per_page === undefined) return all.slice(offset, limit && offset + limit);
  const size = per_page ?? 300;
  const start = ((page ?? 1) - 1) * size;
  return all.slice(start, start + size);
}
