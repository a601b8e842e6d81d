import type { Socket } from 'node:net'
import { connect } from 'node:net'

/** A connection in somebody's own hands, who need not speak HTTP well. */
export interface Held {
  readonly socket: Socket
  /** Everything the server has said. */
  heard(): string
  /** Resolves to how long it was open, in milliseconds, when the server has closed it. */
  readonly closed: Promise<number>
}

/** @throws when the server does not accept it */
export async function hold(port: number, first = ''): Promise<Held> {
  const socket = connect(port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const began = performance.now()
  let heard = ''
  // Whoever is thrown out while still writing is told so by an error.
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1')
  })
  const closed = new Promise<number>((resolve) => {
    socket.once('close', () => resolve(performance.now() - began))
  })
  if (first !== '') socket.write(first)
  return { socket, heard: () => heard, closed }
}

export interface Poured {
  /** Bytes that left this side before the answer or the end. */
  readonly sent: number
  readonly ms: number
  readonly heard: string
}

/** Writes `head`, and then as much as the server takes, up to `most` bytes, until it closes. */
export async function pour(port: number, head: string, most: number): Promise<Poured> {
  const held = await hold(port, head)
  const { socket } = held
  const chunk = Buffer.alloc(64 * 1024, 0x20)
  const piece = Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')])
  const unit = head.includes('chunked') ? piece : chunk
  let offered = 0
  const more = (): void => {
    while (offered < most && !socket.destroyed && socket.writable) {
      offered += unit.length
      if (!socket.write(unit)) return
    }
  }
  socket.on('drain', more)
  more()
  const ms = await held.closed
  return { sent: socket.bytesWritten, ms, heard: held.heard() }
}
