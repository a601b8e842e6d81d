import { hash } from 'node:crypto'
import { CursorInvalid } from '../ports/page.ts'

const LENGTH = 6

/** A cursor is a place in one order: in another list it would be some place, and look like its page. */
const tagOf = (list: string): string => hash('sha256', list, 'base64url').slice(0, LENGTH)

const memberOf = (name: string, of: unknown): string | undefined => {
  const value: unknown = (Object(of) as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}

/** What a list answers, its `next_cursor` good for that list alone. */
export function tieCursor(list: string, body: unknown): unknown {
  const cursor = memberOf('next_cursor', body)
  return cursor === undefined ? body : { ...Object(body), next_cursor: tagOf(list) + cursor }
}

/** The query of a list, its `cursor` as the list itself knows it. @throws CursorInvalid */
export function untieCursor(list: string, query: unknown): unknown {
  const cursor = memberOf('cursor', query)
  if (cursor === undefined) return query
  if (!cursor.startsWith(tagOf(list))) throw new CursorInvalid()
  return { ...Object(query), cursor: cursor.slice(LENGTH) }
}
