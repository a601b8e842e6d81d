import type { EndReason } from './impersonation.ts'
import type { Page } from './page.ts'
import { pause } from './pause.ts'
import type { Kept } from './token-store.ts'

/** What a tab tells the others of the same impersonation. */
export interface Message {
  /** Of the impersonation. */
  readonly id: string
  /** What it has now. */
  readonly kept?: Kept
  readonly ended?: EndReason
  /** A number of the tab's own, when it asks what the others have. */
  readonly from?: number
}

/** The other tabs of the same app, of which some may be of the same impersonation. */
export interface Tabs {
  /** Without anything but the id it says that this tab looks after the impersonation at the moment. */
  readonly tell: (message: Message) => void
  /** Lets the others answer with what they have; whether one did. */
  readonly ask: (id: string) => Promise<boolean>
  /** One tab at a time; the browser releases it when the tab crashes. */
  readonly alone: (what: string, work: () => Promise<void>) => Promise<void>
}

const PATIENCE_MS = 200

/** Tabs without locks cannot take turns. */
export const hasLocks = (): boolean => 'locks' in navigator

/**
 * Tabs of one impersonation share each refresh: a refresh token is good once, and its second use
 * ends everything.
 */
export function joinTabs(page: Page, heard: (message: Message) => void): Tabs {
  const me = Math.random()
  let asking = false
  let answered = false
  const channel = new BroadcastChannel(page.name)
  const tell = (message: Message): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target origin
    channel.postMessage(message)
  }
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    const { kept } = page
    if (!kept || data.id !== kept.id) return
    if (data.from) {
      // Of two that ask at the same time, one gets no answer and goes on.
      if (!asking || me < data.from) tell({ id: kept.id, kept })
      return
    }
    if (data.kept) answered = true
    if (!data.kept || data.kept.turn > kept.turn) heard(data)
  })
  return {
    tell,
    async ask(id) {
      answered = false
      asking = true
      tell({ id, from: me })
      await pause(PATIENCE_MS)
      asking = false
      return answered
    },
    async alone(what, work) {
      await (hasLocks() ? navigator.locks.request(`${page.name}.${what}`, work) : work())
    },
  }
}
