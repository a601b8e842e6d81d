import { apiPath } from './api-path.ts'
import { Denied } from './denied.ts'
import type { User } from './person.ts'
import type { PanelRequest } from './route.ts'

interface List<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}

type Asking = Pick<PanelRequest, 'actor' | 'person'>

export const isInReach = ({ person }: Pick<PanelRequest, 'person'>, user: User): boolean =>
  person.within === null || user.organization?.id === person.within

/** Somebody limited to an organisation knows nobody outside of it. @throws Denied NOT_FOUND */
export async function requireInReach(asking: Asking, sub: string | undefined): Promise<void> {
  if (asking.person.within === null) return
  if (!(await isUserInReach(asking, sub))) throw new Denied('NOT_FOUND')
}

/**
 * Asks among the members only: to look at whoever it is would tell by its time who exists, and leave
 * a view in the audit trail that nobody had.
 */
export async function isUserInReach(asking: Asking, sub: string | undefined): Promise<boolean> {
  const { within } = asking.person
  if (within === null) return true
  if (sub === undefined) return false
  const query = { organization: within, q: sub, limit: '100' }
  const members = await asking.actor.get<List<User>>(apiPath('users'), query)
  return members.items.some((member) => member.sub === sub)
}

const PAGES = 10

/**
 * A page of a list the API cannot filter by organisation. It asks for as many as are still missing,
 * so that the cursor is always that of the last item seen; after some pages it gives what it has.
 */
export async function listInReach<Item>(
  asking: Asking,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  isMine: (item: Item) => Promise<boolean>,
): Promise<List<Item>> {
  const { actor, person } = asking
  if (person.within === null) return actor.get(path, query)
  const wanted = Number(query['limit'] ?? 25)
  const items: Item[] = []
  let cursor = query['cursor']
  for (let page = 0; page < PAGES; page++) {
    const limit = String(page === 0 ? (query['limit'] ?? 25) : wanted - items.length)
    const found: List<Item> = await actor.get(path, { ...query, cursor, limit })
    const mine = await Promise.all(found.items.map(isMine))
    items.push(...found.items.filter((_, index) => mine[index]))
    if (found.next_cursor === null) return { items, next_cursor: null }
    cursor = found.next_cursor
    if (items.length >= wanted) break
  }
  return { items, next_cursor: cursor ?? null }
}

/** Who belongs to the organisation, each account asked for once in a request. */
export function rememberReach(asking: Asking): (sub: string) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>()
  return (sub) => {
    const known = asked.get(sub) ?? isUserInReach(asking, sub)
    asked.set(sub, known)
    return known
  }
}
