import type { Kept } from './token-store.ts'

interface Message {
  readonly id: string
  readonly turn?: number
  readonly from?: number
  readonly kept?: Kept
  readonly ended?: true
}

/** The other tabs of the same app, of which some may be of the same impersonation. */
export interface Tabs {
  /** Tells the others what this tab has now; without anything, that it has ended. */
  tell(id: string, kept?: Kept): void
  /** Lets the others answer; whether one did. */
  ask(kept: Kept): Promise<boolean>
  /** One tab at a time; released when the tab crashes. */
  alone(id: string, work: () => Promise<void>): Promise<void>
}

const PATIENCE_MS = 200

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
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(name) : null
  let answered = false
  const post = (message: Message): void => channel?.postMessage(message)
  if (channel)
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      const kept = current()
      if (data.id !== kept?.id) return
      if (data.ended) heard(null)
      else if (data.kept) {
        answered = true
        if (data.kept.turn > kept.turn) heard(data.kept)
        // Who asks at the same time must not be turned away by each other.
      } else if (kept.turn > (data.turn ?? 0) || me < (data.from ?? 0)) post({ id: data.id, kept })
    }
  return {
    tell: (id, kept) => {
      post(kept ? { id, kept } : { id, ended: true })
    },
    async ask({ id, turn }) {
      answered = false
      post({ id, turn, from: me })
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
      return answered
    },
    alone: async (id, work) => {
      const { locks } = navigator as { locks?: LockManager }
      await (locks ? locks.request(`${name}.${id}`, work) : work())
    },
  }
}
