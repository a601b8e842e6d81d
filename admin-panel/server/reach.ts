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
  if (sub === undefined || within === '') return false
  const query = { organization: within, q: sub, limit: '100' }
  const members = await asking.actor.get<List<User>>(apiPath('users'), query)
  return members.items.some((member) => member.sub === sub)
}

const PAGES = 10

/**
 * Who belongs to the organisation. The members are asked for once in a request: the calls are the same
 * however many strangers are asked about. Beyond a thousand members, one by one.
 */
export function rememberReach(asking: Asking): (sub: string) => Promise<boolean> {
  let members: Promise<Members> | undefined
  const asked = new Map<string, Promise<boolean>>()
  return async (sub) => {
    members ??= listMembers(asking)
    const { subs, isWhole } = await members
    if (isWhole || subs.has(sub)) return subs.has(sub)
    const known = asked.get(sub) ?? isUserInReach(asking, sub)
    asked.set(sub, known)
    return known
  }
}

interface Members {
  readonly subs: ReadonlySet<string>
  readonly isWhole: boolean
}

async function listMembers({ actor, person }: Asking): Promise<Members> {
  const subs = new Set<string>()
  if (person.within === '') return { subs, isWhole: true }
  let cursor: string | null = null
  for (let page = 0; page < PAGES; page++) {
    const query = { organization: person.within ?? undefined, limit: '100' }
    const from: { cursor?: string } = cursor === null ? {} : { cursor }
    const found: List<User> = await actor.get(apiPath('users'), { ...query, ...from })
    for (const { sub } of found.items) subs.add(sub)
    cursor = found.next_cursor
    if (cursor === null) return { subs, isWhole: true }
  }
  return { subs, isWhole: false }
}
