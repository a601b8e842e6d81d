import { pause } from './pause.ts'
import type { Kept } from './token-store.ts'

interface Message {
  readonly id: string
  readonly from?: number
  readonly kept?: Kept
  readonly ended?: true
}

/** The other tabs of the same app, of which some may be of the same impersonation. */
export interface Tabs {
  /** Tells the others what this tab has now; without anything, that it has ended. */
  readonly tell: (id: string, kept?: Kept) => void
  /** Lets the others answer with what they have; whether one did. */
  readonly ask: (id: string) => Promise<boolean>
  /** One tab at a time; the browser releases it when the tab crashes. */
  readonly alone: (id: string, work: () => Promise<void>) => Promise<void>
}

const PATIENCE_MS = 200

/** Tabs without locks cannot take turns. */
export const hasLocks = (): boolean => 'locks' in navigator

/**
 * Tabs of one impersonation share each refresh: a refresh token is good once, and its second use
 * ends everything.
 */
export function joinTabs(
  name: string,
  current: () => Kept | null,
  heard: (kept: Kept | null) => void,
): Tabs {
  const me = Math.random()
  let asking = false
  let answered = false
  const channel = new BroadcastChannel(name)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target origin
  const post = (message: Message): void => channel.postMessage(message)
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    const kept = current()
    const { id, from, ended } = data
    if (id !== kept?.id) return
    if (ended) heard(null)
    else if (data.kept) {
      answered = true
      if (data.kept.turn > kept.turn) heard(data.kept)
      // Of two that ask at the same time, one gets no answer and goes on.
    } else if (!asking || me < Number(from)) post({ id, kept })
  })
  return {
    tell: (id, kept) => {
      post(kept ? { id, kept } : { id, ended: true })
    },
    ask: async (id) => {
      answered = false
      asking = true
      post({ id, from: me })
      await pause(PATIENCE_MS)
      asking = false
      return answered
    },
    alone: async (id, work) => {
      await (hasLocks() ? navigator.locks.request(`${name}.${id}`, work) : work())
    },
  }
}
