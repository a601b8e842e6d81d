import { useImpersonation } from '@understudy/sdk/react'
import type { ReactNode } from 'react'

/** Says beside what is shut why it is. */
export function ReadOnlyNote(): ReactNode {
  const { session } = useImpersonation()
  if (session?.mode !== 'read_only') return null
  const name = session.subject.name ?? 'this customer'
  return (
    <p className="note" data-testid="read-only-note">
      Read-only: you can look at everything {name} sees, and change nothing.
    </p>
  )
}
