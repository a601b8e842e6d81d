import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const RETRY_MS = 1000

/**
 * LISTEN on a connection of its own, made anew whenever it breaks. Each new connection counts as a
 * message: nobody can say what was missed without it.
 */
export function listen(url: string, channel: string, onMessage: () => void): () => void {
  const stopping = new AbortController()
  void keepListening(url, channel, onMessage, stopping.signal)
  return () => {
    stopping.abort()
  }
}

async function keepListening(
  url: string,
  channel: string,
  onMessage: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString: url, keepAlive: true })
    client.on('notification', onMessage)
    const broken = until(client, signal)
    try {
      await client.connect()
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
      onMessage()
      await broken
    } catch {
      // It is tried again, and the feed reads by the clock meanwhile.
    }
    await client.end().catch(() => undefined)
    await delay(RETRY_MS, undefined, { ref: false, signal }).catch(() => undefined)
  }
}

const until = (client: pg.Client, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      resolve()
    }
    // Stays: a connection that breaks may say so more than once.
    client.on('error', done)
    client.once('end', done)
    signal.addEventListener('abort', done, { once: true })
  })
