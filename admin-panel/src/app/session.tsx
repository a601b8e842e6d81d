import type { ReactElement, ReactNode } from 'react'
import { createContext, use } from 'react'
import { Access, OrganizationRoles } from '../../tools/access.ts'
import type { Me } from '../api/me.ts'

const Session = createContext<Me | null>(null)

export const SessionProvider = ({
  me,
  children,
}: {
  readonly me: Me
  readonly children: ReactNode
}): ReactElement => <Session value={me}>{children}</Session>

/** Who is signed in. */
export function useSession(): Me {
  const me = use(Session)
  if (me === null) throw new Error('nobody is signed in')
  return me
}

type Name = keyof typeof Access

/** Whether the signed-in account may do that here; the server has the last word. */
export function useMay(): (name: Name) => boolean {
  const { accesses } = useSession()
  return (name) => accesses.includes(Access[name])
}

/** Whether figures about everybody are meant for the account; those of an organisation see their own only. */
export function useSeesAll(): boolean {
  const { user } = useSession()
  return user.roles.some((role) => !(OrganizationRoles as readonly string[]).includes(role))
}
