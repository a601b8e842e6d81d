import { useImpersonation } from '@understudy/sdk/react'
import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { useApp } from './app-context.ts'
import { useOwnSession } from './customer.ts'
import { InvoicesPage } from './invoices-page.tsx'
import { OrderPage } from './order-page.tsx'
import { OrdersPage } from './orders-page.tsx'
import { ProfilePage } from './profile-page.tsx'
import { useRoute } from './route.tsx'
import { TopBar } from './top-bar.tsx'
import { Welcome } from './welcome.tsx'

/** Everything but the banner, which is not React's. */
export function Portal({ notice }: { readonly notice: string }): ReactNode {
  const { status, session } = useImpersonation()
  const own = useOwnSession()
  const route = useRoute()
  const { say } = useApp()
  // What was said was about the view before.
  useEffect(() => {
    say('')
  }, [route, say])
  const isOpening = status === 'pending' || (session === null && own.status === 'loading')
  const isIn = session !== null || (!isOpening && own.status === 'in')
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <TopBar route={isIn ? route : null} />
      <main id="main" key={session?.id}>
        <Problem />
        {isOpening ? <div className="card placeholder" aria-busy="true" /> : null}
        {isIn ? <View route={route} /> : null}
        {isOpening || isIn ? null : <Welcome />}
      </main>
      <p className="toast" role="status">
        {notice}
      </p>
    </>
  )
}

function View({ route }: { readonly route: string }): ReactNode {
  if (route === '/invoices') return <InvoicesPage />
  if (route === '/profile') return <ProfilePage />
  if (route.startsWith('/orders/')) return <OrderPage id={route.slice('/orders/'.length)} />
  return <OrdersPage />
}

/** A link that was refused, or a sign-in that failed. */
function Problem(): ReactNode {
  const { error } = useImpersonation()
  const { problem } = useOwnSession()
  if (error === null && problem === null) return null
  return (
    <div className="alert" role="alert">
      <h2>{error === null ? 'Not signed in' : 'Not opened'}</h2>
      <p>{error?.hint ?? problem}</p>
    </div>
  )
}
