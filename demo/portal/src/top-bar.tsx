import { HideWhileImpersonating } from '@understudy/sdk/react'
import type { ReactNode } from 'react'
import { useApp } from './app-context.ts'
import { useCustomer } from './customer.ts'
import { Link } from './route.tsx'

const VIEWS = [
  ['/', 'Orders'],
  ['/invoices', 'Invoices'],
  ['/profile', 'Profile'],
] as const

export function TopBar({ route }: { readonly route: string | null }): ReactNode {
  return (
    <header className="top">
      <div>
        <Link to="/" className="product">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span translate="no">Acme Portal</span>
        </Link>
        {route === null ? null : (
          <>
            <nav aria-label="Main">
              {VIEWS.map(([to, label]) => (
                <Link key={to} to={to} isCurrent={route === to}>
                  {label}
                </Link>
              ))}
            </nav>
            <Who />
          </>
        )}
      </div>
    </header>
  )
}

/** Signing out is the customer's: whoever impersonates them ends that instead. */
function Who(): ReactNode {
  const { own } = useApp()
  const { name } = useCustomer()
  const initials = name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join('')
  return (
    <div className="who">
      <span className="avatar" aria-hidden="true">
        {initials}
      </span>
      <span className="name" translate="no" data-testid="customer">
        {name}
      </span>
      <HideWhileImpersonating>
        <button type="button" className="button quiet small" onClick={() => void own.signOut()}>
          Sign out
        </button>
      </HideWhileImpersonating>
    </div>
  )
}
