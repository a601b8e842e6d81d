import { PassThrough } from 'node:stream'
import type { Readable } from 'node:stream'
import type { EndedImpersonation } from '../ports/ended-feed.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'

const HEARTBEAT_MS = 15_000
/** As far back as a feed is told again: longer than any token of an impersonation can live. */
const REPLAY_MS = 3_600_000
/** A reader that lets this much lie is not reading; it will come back with what it has seen. */
const UNREAD_BYTES = 256 * 1024

const event = (ended: EndedImpersonation): string => {
  const data = {
    impersonation_id: ended.id,
    ended_at: new Date(ended.endedAt).toISOString(),
    ended_by: ended.by,
  }
  return `event: ended\nid: ${ended.noticedAt}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Where a reader left off; `null` when that is too long ago, or is nothing this feed has said. */
function cursorFrom(lastEventId: string, now: number): number | null {
  const at = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : NaN
  return at >= now - REPLAY_MS && at <= now + REPLAY_MS ? at : null
}

/**
 * Ended impersonations as server-sent events, at least once each: what a reader may have missed since
 * its `Last-Event-ID` first, then everything as it happens. Ends with the service's token, also when
 * that was revoked, or its client disabled.
 */
export async function openEndedStream(
  ports: Ports,
  service: Service,
  token: string,
  lastEventId: string | null,
): Promise<Readable> {
  const stream = new PassThrough()
  const write = (text: string): void => {
    if (stream.writableLength > UNREAD_BYTES) stream.destroy()
    else if (!stream.writableEnded) stream.write(text)
  }
  const waiting: EndedImpersonation[] = []
  let tell = (ended: EndedImpersonation): void => void waiting.push(ended)
  const unsubscribe = ports.endedFeed.subscribe((ended) => {
    tell(ended)
  })
  const beat = async (): Promise<void> => {
    // A database that cannot tell is asked again at the next one.
    const still = await ports.tokens.findService(token).catch(() => service)
    if (still === undefined) stream.end()
    else write(':\n\n')
  }
  stream.once('close', keepAlive(ports, service, stream, beat))
  stream.once('close', unsubscribe)
  write('retry: 1000\n: ended impersonations\n\n')
  try {
    for (const text of await missed(ports, lastEventId)) write(text)
  } catch (error) {
    stream.destroy()
    throw error
  }
  for (const ended of waiting) write(event(ended))
  tell = (ended) => {
    write(event(ended))
  }
  return stream
}

async function missed(ports: Ports, lastEventId: string | null): Promise<string[]> {
  if (lastEventId === null) return []
  const cursor = cursorFrom(lastEventId, ports.clock())
  if (cursor === null) return ['event: reset\ndata: {}\n\n']
  return (await ports.endedFeed.since(cursor)).map(event)
}

/** Heartbeats until the token expires or the server stops; returns how to stop both. */
function keepAlive(
  { clock, closing }: Ports,
  service: Service,
  stream: PassThrough,
  beat: () => Promise<void>,
): () => void {
  const end = (): void => {
    if (!stream.writableEnded) stream.end()
  }
  const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS).unref()
  const expiry = setTimeout(end, Math.max(0, service.expiresAt - clock())).unref()
  if (closing.aborted) end()
  else closing.addEventListener('abort', end, { once: true })
  return () => {
    clearInterval(heartbeat)
    clearTimeout(expiry)
    closing.removeEventListener('abort', end)
  }
}
