import { setTimeout as delay } from 'node:timers/promises'
import { readEvents } from './event-stream.ts'
import type { Issuer } from './issuer.ts'
import type { Settings } from './options.ts'
import { textIn } from './verified.ts'

/** Heartbeats come every 15 seconds. */
const SILENCE_MS = 20_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** A connection that held that long was no failure. */
const STEADY_MS = 10_000

/** The issuer's feed of ended impersonations. */
export interface Feed {
  /** Numbers the time in which every end has been heard of; 0 while that cannot be said. */
  stretch(): number
  close(): void
}

/** What a feed tells. */
interface Listener {
  noteEnd(id: string): void
  /** It may have missed something. */
  doubt(): void
}

/** Follows the feed until it is closed, and comes back with patience whenever it breaks off. */
export function followFeed(settings: Settings, issuer: Issuer, listener: Listener): Feed {
  const { clock, onError } = settings
  const closing = new AbortController()
  let count = 0
  let current = 0
  let heardAt = 0
  let cursor: string | null = null

  const beginStretch = (): void => {
    listener.doubt()
    current = ++count
  }

  const listen = async (): Promise<void> => {
    const silence = new AbortController()
    const timer = setTimeout(() => {
      silence.abort(new Error('the feed is silent'))
    }, SILENCE_MS).unref()
    const onChunk = (): void => {
      heardAt = clock()
      timer.refresh()
    }
    try {
      const signal = AbortSignal.any([closing.signal, silence.signal])
      const { status, events } = await issuer.follow(cursor, signal)
      if (events === null) throw new Error(`the feed answered ${status}`)
      onChunk()
      beginStretch()
      for await (const { event, data, id } of readEvents(events, onChunk)) {
        const ended = event === 'ended' ? idIn(data) : null
        if (ended !== null) listener.noteEnd(ended)
        // An end that cannot be read may be anybody's.
        else if (event === 'reset' || event === 'ended') beginStretch()
        cursor = event === 'reset' ? null : (id ?? cursor)
      }
    } finally {
      current = 0
      clearTimeout(timer)
      silence.abort()
    }
  }

  void keepTrying(listen, settings, closing.signal).catch(onError)
  return {
    stretch: () => (clock() - heardAt < SILENCE_MS ? current : 0),
    close() {
      closing.abort()
    },
  }
}

async function keepTrying(
  work: () => Promise<void>,
  { clock, onError }: Settings,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const begun = clock()
    try {
      await work()
    } catch (error) {
      if (!signal.aborted) onError(error)
    }
    failures = clock() - begun > STEADY_MS ? 0 : failures + 1
    const most = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
    // Not all resource servers at once, and none of them at once.
    const pause = most * (0.5 + Math.random() / 2)
    await delay(pause, null, { signal, ref: false }).catch(() => null)
  }
}

function idIn(data: string): string | null {
  try {
    return textIn(JSON.parse(data), 'impersonation_id')
  } catch {
    return null
  }
}
