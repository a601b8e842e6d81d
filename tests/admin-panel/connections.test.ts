import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createPanel } from '../../admin-panel/server/index.ts'
import type { Listening } from '../../admin-panel/server/listen.ts'
import { LIMITS, listenOn } from '../../admin-panel/server/listen.ts'
import { freePort } from '../support/free-port.ts'
import { hold } from '../support/load-sockets.ts'

const MOST = 4
/** Far more than the buffers in between hold. */
const MUCH = Buffer.alloc(32 * 2 ** 20)
/** Where nothing but what a test has shortened lets anybody go. */
const LATER = LIMITS.headersTimeout

let listening: Listening | undefined
let port: number
/** The panel's ends. */
const ends = new Set<Socket>()

/** As in production, with one of the limits tighter. */
async function listen(limits: Partial<typeof LIMITS>): Promise<void> {
  ends.clear()
  port = await freePort()
  const url = `http://localhost:${port}`
  const client = { clientId: 'admin-panel', clientSecret: 'x' }
  const serve = createPanel({ issuer: 'http://localhost:1', url, ...client }).callback()
  const handler = (req: IncomingMessage, res: ServerResponse): unknown => {
    ends.add(req.socket)
    return req.url === '/much' ? res.end(MUCH) : serve(req, res)
  }
  const checked = { ...LIMITS, connectionsCheckingInterval: 50 }
  listening = await listenOn(undefined, port, handler, { ...checked, ...limits })
}
afterEach(() => listening?.close())

const head = (line: string): string => `${line} HTTP/1.1\r\nHost: localhost:${port}\r\n`
const open = (): number => [...ends].filter((end) => !end.destroyed).length

describe('The panel’s listener', () => {
  it('lets go who does not finish a header', async () => {
    await listen({ headersTimeout: 400 })
    const peer = await hold(port, head('GET /healthz'))
    expect(await peer.closed).toBeLessThan(LATER)
    expect(peer.heard()).toMatch(/^HTTP\/1.1 408 /)
  })

  it('lets go who does not finish a body', async () => {
    await listen({ headersTimeout: 400, requestTimeout: 800 })
    const length = 'Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{'
    const peer = await hold(port, head('POST /auth/logout') + length)
    expect(await peer.closed).toBeLessThan(LATER)
  })

  it('lets go who asks and does not read', async () => {
    await listen({ idleTimeout: 1500 })
    const peer = await hold(port)
    peer.socket.pause()
    peer.socket.write(`${head('GET /much')}\r\n`)
    // Who does not read does not hear that it was closed.
    await expect.poll(() => [ends.size, open()]).toEqual([1, 0])
    peer.socket.destroy()
  })

  it('takes no more connections than it can serve, and new ones when some have gone', async () => {
    await listen({ maxConnections: MOST })
    const peers = await Promise.all(Array.from({ length: MOST }, () => hold(port)))
    const tooMany = await hold(port)
    expect(await tooMany.closed).toBeLessThan(LATER)
    expect(tooMany.heard()).toBe('')
    for (const { socket } of peers) socket.destroy()
    // The server has yet to hear of it.
    const heardByNext = async (): Promise<string> => {
      const next = await hold(port, `${head('GET /healthz')}Connection: close\r\n\r\n`)
      await next.closed
      return next.heard()
    }
    await expect.poll(heardByNext).toMatch(/^HTTP\/1.1 200 /)
  })

  it('has limits by which nobody waits long and nobody honest is cut off', () => {
    expect(LIMITS).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 1000,
      idleTimeout: 30_000,
      maxConnections: 10_000,
    })
  })
})
