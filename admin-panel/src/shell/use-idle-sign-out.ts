import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { ME, signOut } from '../api/me.ts'
import { useSession } from '../app/session.tsx'

const signs = ['pointerdown', 'keydown', 'wheel', 'focus'] as const

/** Lists that refresh themselves keep the session awake; only a person should. All tabs count. */
export function useIdleSignOut(): void {
  const { idle_seconds: limit } = useSession()
  const client = useQueryClient()
  useEffect(() => {
    const tabs = new BroadcastChannel('admin-panel-activity')
    let last = Date.now()
    let told = 0
    const notice = (): void => {
      last = Date.now()
      if (last - told < 5000) return
      told = last
      // A channel has no target; only windows have.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      tabs.postMessage(null)
    }
    tabs.addEventListener('message', () => {
      last = Date.now()
    })
    const timer = setInterval(() => {
      if (Date.now() - last < limit * 1000) return
      last = Date.now()
      const ask = (): void => void client.invalidateQueries({ queryKey: ME })
      signOut().then(ask, ask)
    }, 5000)
    for (const sign of signs) window.addEventListener(sign, notice, { passive: true })
    return () => {
      for (const sign of signs) window.removeEventListener(sign, notice)
      clearInterval(timer)
      tabs.close()
    }
  }, [limit, client])
}
