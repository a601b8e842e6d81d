import type { MouseEvent, ReactNode } from 'react'
import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

/** The view that the address names; links land on `/callback`, which is the first one. */
export const useRoute = (): string =>
  useSyncExternalStore(subscribe, () =>
    location.pathname === '/callback' ? '/' : location.pathname,
  )

function go(to: string): void {
  history.pushState(null, '', to)
  scrollTo(0, 0)
  for (const listener of listeners) listener()
}

export interface LinkProps {
  readonly to: string
  readonly className?: string
  readonly isCurrent?: boolean
  readonly children: ReactNode
}

/** A link within the app; with a modifier key it is the browser's. */
export function Link({ to, className, isCurrent = false, children }: LinkProps): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    go(to)
  }
  return (
    <a
      href={to}
      className={className}
      onClick={follow}
      aria-current={isCurrent ? 'page' : undefined}
    >
      {children}
    </a>
  )
}
