import type { Socket } from 'node:net'
import { connect } from 'node:net'

export interface SlowPeer {
  readonly socket: Socket
  /** What the clock showed at the end of the connection; `null` while it lasts. */
  closedAt(): number | null
  received(): string
}

/** Connects, says something, and then a bit more now and then, for as long as it is let. */
export function slowPeer(
  port: number,
  first: string,
  drop = '',
  now: () => number = Date.now,
): SlowPeer {
  let closedAt: number | null = null
  let text = ''
  const socket = connect(port, '127.0.0.1', () => socket.write(first))
  const dropping = setInterval(() => socket.writable && drop !== '' && socket.write(drop), 200)
  socket.on('data', (chunk) => (text += chunk.toString()))
  socket.on('error', () => undefined)
  socket.on('close', () => {
    clearInterval(dropping)
    closedAt = now()
  })
  return { socket, closedAt: () => closedAt, received: () => text }
}
