import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Listening } from '../../server/src/standalone/web/listen.ts'
import { LIMITS, listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { freePort } from '../support/free-port.ts'
import type { Held } from '../support/load-sockets.ts'
import { hold } from '../support/load-sockets.ts'

const PEERS = 3
const IDLE_MS = 1500
/** Of a description of the API, which anybody may ask for: far more than the buffers in between hold. */
const TIMES = 300

describe('peers that ask and do not read', () => {
  let booted: Booted
  let listening: Listening
  let port: number
  /** The server's ends. */
  const ends = new Set<Socket>()
  beforeAll(async () => {
    booted = await boot()
    port = await freePort()
    const limits = { ...LIMITS, idleTimeout: IDLE_MS }
    const serve = booted.provider.callback()
    const handler: typeof serve = (req, res) => {
      ends.add(req.socket)
      return serve(req, res)
    }
    listening = await listenOnLoopback(port, handler, limits)
  })
  afterAll(async () => {
    await listening.close()
    await booted.close()
  })

  it('are let go, and cost no memory meanwhile', async () => {
    const { host } = new URL(booted.issuer)
    const ask = `GET /openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(TIMES)
    const before = process.memoryUsage.rss()
    const peers: Held[] = []
    for (let n = 0; n < PEERS; n++) {
      const peer = await hold(port)
      peer.socket.pause()
      peer.socket.write(ask)
      peers.push(peer)
    }
    // Who does not read does not hear that it was closed.
    const open = (): number => [...ends].filter((end) => !end.destroyed).length
    await expect.poll(() => [ends.size, open()], { timeout: 40_000 }).toEqual([PEERS, 0])
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 2 ** 20)
    for (const { socket } of peers) socket.destroy()
    expect(LIMITS.idleTimeout).toBe(30_000)
  })
})
