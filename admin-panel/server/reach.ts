import { apiPath } from './api-path.ts'
import { Denied } from './denied.ts'
import type { User } from './person.ts'
import type { PanelRequest } from './route.ts'

/** A page of the API. */
export interface List<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
  readonly total?: number | null
}

type Asking = Pick<PanelRequest, 'actor' | 'person'>

/**
 * A page of a list of the API. Somebody limited to an organisation gets what is of that one; to ask
 * for another finds nothing, like to ask for none there is.
 */
export async function listInReach<Item>(
  { actor, person, query }: Asking & Pick<PanelRequest, 'query'>,
  path: string,
): Promise<List<Item>> {
  const { within } = person
  if (within === null) return actor.get(path, query)
  const { organization = within } = query
  if (within === '' || organization !== within) return { items: [], next_cursor: null }
  return actor.get(path, { ...query, organization })
}

export const isInReach = ({ person }: Pick<PanelRequest, 'person'>, user: User): boolean =>
  person.within === null || user.organization?.id === person.within

/**
 * Somebody limited to an organisation knows nobody outside of it. Asks among its members only: to look
 * at whoever it is would tell by its time who exists, and leave a view in the audit trail that nobody
 * had.
 *
 * @throws Denied NOT_FOUND
 */
export async function requireInReach({ actor, person }: Asking, sub = ''): Promise<void> {
  const { within } = person
  if (within === null) return
  if (sub === '' || within === '') throw new Denied('NOT_FOUND')
  const query = { organization: within, q: sub, limit: '100' }
  const members = await actor.get<List<User>>(apiPath('users'), query)
  if (!members.items.some((member) => member.sub === sub)) throw new Denied('NOT_FOUND')
}
