import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Listening } from '../../server/src/standalone/web/listen.ts'
import { LIMITS, listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { SlowPeer } from '../support/crash-peers.ts'
import { slowPeer } from '../support/crash-peers.ts'

/** The limits of the server in tenths of their seconds. */
const QUICK = {
  ...LIMITS,
  headersTimeout: 1000,
  requestTimeout: 1500,
  connectionsCheckingInterval: 100,
  maxConnections: 150,
}

describe('peers that take their time', () => {
  let booted: Booted
  let listening: Listening
  let port: number
  let peers: SlowPeer[] = []

  beforeAll(async () => {
    booted = await boot()
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    port = (probe.address() as AddressInfo).port
    probe.close()
    await once(probe, 'close')
    listening = await listenOnLoopback(port, booted.provider.callback(), QUICK)
  })
  afterEach(() => {
    for (const { socket } of peers) socket.destroy()
    peers = []
  })
  afterAll(async () => {
    await listening.close()
    await booted.close()
  })

  const host = (): string => `Host: ${new URL(booted.issuer).host}`
  const health = (): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const peer = slowPeer(port, `GET /healthz HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`)
    peer.socket.on('close', () => resolve(peer.received().startsWith('HTTP/1.1 200')))
    return promise
  }

  async function expectLetGo(first: string, drop: string, within: number): Promise<void> {
    const began = Date.now()
    peers = Array.from({ length: 100 }, () => slowPeer(port, first, drop))
    const waits: number[] = []
    for (let n = 0; n < 10; n++) {
      const asked = performance.now()
      expect(await health()).toBe(true)
      waits.push(performance.now() - asked)
    }
    expect(waits.toSorted((a, b) => a - b)[5]).toBeLessThan(300)
    const gone = (): boolean => peers.every((peer) => peer.closedAt() !== null)
    await expect.poll(gone, { timeout: within * 3 }).toBe(true)
    for (const peer of peers)
      expect((peer.closedAt() ?? Infinity) - began).toBeLessThan(within + 1500)
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
    peers = Array.from({ length: 400 }, () => slowPeer(port, ''))
    const open = (): number => peers.filter((peer) => peer.closedAt() === null).length
    await expect.poll(open).toBeLessThanOrEqual(QUICK.maxConnections)
    expect(open()).toBeGreaterThan(QUICK.maxConnections / 2)
    expect(await health()).toBe(false)
    for (const { socket } of peers) socket.destroy()
    await expect.poll(health).toBe(true)
    expect(LIMITS.maxConnections).toBe(10_000)
  })
})
