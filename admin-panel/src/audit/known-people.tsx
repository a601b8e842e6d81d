import { useIsFetching, useQueryClient } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import { createContext, use } from 'react'
import { Link } from '@tanstack/react-router'
import type { Impersonation } from '../api/impersonations.ts'
import type { List } from '../api/list.ts'
import type { User } from '../api/users.ts'
import { to } from '../app/links.ts'
import { useSession } from '../app/session.tsx'

type Known = ReadonlyMap<string, string>

const Names = createContext<Known>(new Map())

/**
 * Names beside ids, of those this page has read for another reason. Looking the others up would
 * write to the very trail that is being read.
 */
function useKnownPeople(): Known {
  const client = useQueryClient()
  const { user } = useSession()
  // What another part of the page reads may arrive after the events.
  useIsFetching()
  const names = new Map([[user.sub, user.name]])
  const note = (sub: string, name: string | null): void => {
    if (name !== null) names.set(sub, name)
  }
  for (const [, list] of client.getQueriesData<List<Impersonation>>({
    queryKey: ['/api/impersonations'],
  })) {
    for (const { actor, subject } of list?.items ?? []) {
      note(actor.sub, actor.name)
      note(subject.sub, subject.name)
    }
  }
  for (const [, list] of client.getQueriesData<List<User>>({ queryKey: ['/api/users'] })) {
    for (const { sub, name } of list?.items ?? []) note(sub, name)
  }
  for (const [, one] of client.getQueriesData<User>({ queryKey: ['user'] })) {
    if (one !== undefined) note(one.sub, one.name)
  }
  return names
}

export const KnownPeople = ({ children }: { readonly children: ReactNode }): ReactElement => (
  <Names value={useKnownPeople()}>{children}</Names>
)

/** The id is what the trail has; the name is beside it when it is known. */
export function Who({ sub }: { readonly sub: string | null }): ReactElement {
  const name = use(Names).get(sub ?? '')
  if (sub === null) return <span>–</span>
  return (
    <span className="who">
      <Link to={to.user(sub)}>{sub}</Link>
      {name !== undefined && <span>{name}</span>}
    </span>
  )
}
