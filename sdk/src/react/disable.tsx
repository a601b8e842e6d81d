import type { ReactNode } from 'react'
import { useImpersonation } from './impersonation.ts'

/** What `DisableWhileReadOnly` takes. */
export interface DisableWhileReadOnlyProps {
  /** Form controls; or a function of whether they are disabled, for links and components of your own. */
  readonly children?: ReactNode | ((disabled: boolean) => ReactNode)
  /** Why, as the tooltip and the group's name. */
  readonly reason?: string
}

// By the object model: a style attribute in the server's HTML would break `style-src 'self'`.
const unstyle = (element: HTMLElement | null): void => {
  element?.style.setProperty('display', 'contents')
}

/** Disables the controls inside while the impersonation is read-only. The server decides; this only says so early. */
export function DisableWhileReadOnly({
  children,
  reason = 'Read-only while impersonating',
}: DisableWhileReadOnlyProps): ReactNode {
  const { status, session } = useImpersonation()
  const disabled = status === 'active' && session?.mode === 'read_only'
  if (typeof children === 'function') return children(disabled)
  return (
    <fieldset disabled={disabled} title={disabled ? reason : undefined} ref={unstyle}>
      {children}
    </fieldset>
  )
}
