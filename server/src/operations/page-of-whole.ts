import type { Page, PageRequest } from '../ports/page.ts'
import { CursorInvalid } from '../ports/page.ts'

const encode = (key: string): string => Buffer.from(key, 'utf8').toString('base64url')

/**
 * A page of a list that is short enough to be read whole, in the order it has.
 *
 * @param keyOf no two alike.
 * @throws CursorInvalid also when the item it was made of is gone
 */
export function pageOfWhole<Item>(
  all: readonly Item[],
  { cursor, limit }: PageRequest,
  keyOf: (item: Item) => string,
): Page<Item> {
  const before = cursor === null ? -1 : all.findIndex((item) => encode(keyOf(item)) === cursor)
  if (cursor !== null && before < 0) throw new CursorInvalid()
  const items = all.slice(before + 1, before + 1 + limit)
  const last = items.at(-1)
  const isLast = last === undefined || last === all.at(-1)
  return { items, nextCursor: isLast ? null : encode(keyOf(last)) }
}
