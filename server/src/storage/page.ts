import type { Page, PageRequest } from '../ports/page.ts'
import { CursorInvalid } from '../ports/page.ts'

const encode = (key: string): string => Buffer.from(key, 'utf8').toString('base64url')

/** The key of the last row a caller has seen. Reads below or above it; never an offset. */
export function keyOf(request: PageRequest): string | null {
  if (request.cursor === null) return null
  const key = Buffer.from(request.cursor, 'base64url').toString('utf8')
  // A NUL in a parameter is an error on PostgreSQL.
  const isOurs = encode(key) === request.cursor && key !== '' && !key.includes('\0')
  if (!isOurs) throw new CursorInvalid()
  return key
}

/** Rows were read one beyond the limit, to know whether there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  request: PageRequest,
  keyFrom: (row: Row) => string,
  itemFrom: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, request.limit)
  const last = shown.at(-1)
  return {
    items: shown.map(itemFrom),
    nextCursor: rows.length > request.limit && last !== undefined ? encode(keyFrom(last)) : null,
  }
}
