import { Notifications } from '@mantine/notifications'
import { Outlet } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useMe } from '../api/me.ts'
import { Shell } from '../shell/shell.tsx'
import { Failure } from '../states/failure.tsx'
import { Landing } from './landing.tsx'
import { NotAllowed } from './not-allowed.tsx'
import { SessionProvider } from './session.tsx'

/** Nothing of the panel is drawn for somebody who is not signed in. */
export function Gate(): ReactElement | null {
  const { data, error, refetch } = useMe()
  if (data !== undefined) {
    return (
      <SessionProvider me={data}>
        <Shell>
          <Outlet />
        </Shell>
        <Notifications position="bottom-right" autoClose={12_000} />
      </SessionProvider>
    )
  }
  if (error === null) return null
  if (error.status === 401) return <Landing />
  if (error.status === 403) return <NotAllowed problem={error} />
  return (
    <main className="gate">
      <Failure problem={error} retry={() => void refetch()} />
    </main>
  )
}
