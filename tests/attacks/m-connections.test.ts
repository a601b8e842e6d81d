import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Listening } from '../../server/src/standalone/web/listen.ts'
import { LIMITS, listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { SlowPeer } from '../support/crash-peers.ts'
import { slowPeer } from '../support/crash-peers.ts'
import { freePort } from '../support/free-port.ts'
import { ownTime } from '../support/own-time.ts'

/** The limits of the server in tenths of their seconds. */
const QUICK = {
  ...LIMITS,
  headersTimeout: 1000,
  requestTimeout: 1500,
  connectionsCheckingInterval: 100,
}
const FEW = { ...LIMITS, maxConnections: 150 }

const SOON = { timeout: 8000 }

describe('peers that take their time', () => {
  let booted: Booted
  let listening: Listening | undefined
  let port: number
  let peers: SlowPeer[] = []

  beforeAll(async () => {
    booted = await boot()
  })
  afterEach(async () => {
    for (const { socket } of peers) socket.destroy()
    peers = []
    await listening?.close()
  })
  afterAll(() => booted.close())

  async function serve(limits: typeof LIMITS): Promise<void> {
    port = await freePort()
    listening = await listenOnLoopback(port, booted.provider.callback(), limits)
  }
  const host = (): string => `Host: ${new URL(booted.issuer).host}`
  const health = (): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const peer = slowPeer(port, `GET /healthz HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`)
    peer.socket.on('close', () => resolve(peer.received().startsWith('HTTP/1.1 200')))
    return promise
  }

  async function expectLetGo(first: string, drop: string, within: number): Promise<void> {
    await serve(QUICK)
    const clock = ownTime()
    peers = Array.from({ length: 100 }, () => slowPeer(port, first, drop, clock.ms))
    const waits: number[] = []
    for (let n = 0; n < 10; n++) {
      const asked = clock.ms()
      expect(await health()).toBe(true)
      waits.push(clock.ms() - asked)
    }
    expect(waits.toSorted((a, b) => a - b)[5]).toBeLessThan(300)
    const gone = (): boolean => peers.every((peer) => peer.closedAt() !== null)
    await expect.poll(gone, { timeout: 30_000 }).toBe(true)
    clock.stop()
    for (const peer of peers) expect(peer.closedAt()).toBeLessThan(within + 1500)
  }

  it('M02 are let go when their headers do not end, and nobody else waits for them', async () => {
    await expectLetGo(`GET / HTTP/1.1\r\n${host()}\r\n`, 'X-More: 1\r\n', QUICK.headersTimeout)
    expect(LIMITS).toMatchObject({ headersTimeout: 10_000, connectionsCheckingInterval: 1000 })
  })

  it('M03 are let go when their bodies do not end, and nobody else waits for them', async () => {
    const json = 'Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n'
    const path = '/api/v1/users/usr_jane/impersonation/acme-portal'
    await expectLetGo(`POST ${path} HTTP/1.1\r\n${host()}\r\n${json}{`, ' ', QUICK.requestTimeout)
    expect(LIMITS.requestTimeout).toBe(15_000)
  })

  it('M13 are refused beyond the number that is served, and served again when others leave', async () => {
    // With the server's own patience: nobody is let go for another reason.
    await serve(FEW)
    peers = Array.from({ length: 400 }, () => slowPeer(port, ''))
    const open = (): number => peers.filter((peer) => peer.closedAt() === null).length
    await expect.poll(open, SOON).toBeLessThanOrEqual(FEW.maxConnections)
    expect(open()).toBeGreaterThan(FEW.maxConnections / 2)
    expect(await health()).toBe(false)
    for (const { socket } of peers) socket.destroy()
    await expect.poll(health, SOON).toBe(true)
    expect(LIMITS.maxConnections).toBe(10_000)
  })
})
