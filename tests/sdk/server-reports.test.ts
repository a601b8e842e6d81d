import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Report, Verified, Verifier } from '../../sdk/src/server/index.ts'
import { createVerifier } from '../../sdk/src/server/index.ts'
import type { FakeIssuer } from '../support/resource-fake-issuer.ts'
import { AUDIENCE, json, ORDINARY, startFakeIssuer } from '../support/resource-fake-issuer.ts'

describe('what a resource server reports', () => {
  let fake: FakeIssuer
  let verifier: Verifier
  let sent: { url: string; events: Record<string, unknown>[] }[]

  beforeEach(async () => {
    fake = await startFakeIssuer()
    sent = []
    answer(202)
    verifier = createVerifier({
      issuer: fake.issuer,
      audience: AUDIENCE,
      clientId: 'service',
      clientSecret: 'secret',
      feed: false,
    })
  })
  afterEach(async () => {
    await verifier.close()
    fake.close()
  })

  const answer = (status: number): void => {
    fake.routes.set('/events', (req, res, body) => {
      sent.push({ url: req.url ?? '', events: JSON.parse(body).events })
      json(status, {})(req, res, body)
    })
  }
  const verified = async (id = 'imp_1'): Promise<Verified> =>
    verifier.verify(await fake.sign({ impersonation_id: id }))
  const request = (at: number): Report => ({ type: 'request', method: 'GET', route: `/${at}` })

  it('goes out within about a second, together, at most fifty at once, each once and in order', async () => {
    const [one, two] = [await verified('imp_1'), await verified('imp_2')]
    for (let at = 0; at < 120; at += 1) verifier.report(at % 4 === 3 ? two : one, request(at))
    expect(sent).toEqual([])
    await expect.poll(() => sent.flatMap(({ events }) => events).length).toBe(120)
    expect(sent.map(({ url, events }) => [url, events.length])).toEqual([
      ['/api/v1/impersonations/imp_1/events', 50],
      ['/api/v1/impersonations/imp_2/events', 30],
      ['/api/v1/impersonations/imp_1/events', 40],
    ])
    const ofOne = sent.filter(({ url }) => url.includes('imp_1')).flatMap(({ events }) => events)
    const routes = ofOne.map(({ route }) => Number(String(route).slice(1)))
    expect(routes).toEqual(routes.toSorted((a, b) => a - b))
    expect(verifier.droppedReports).toBe(0)
  })

  it('goes out on close at the latest, and nothing after it', async () => {
    const who = await verified()
    verifier.report(who, { type: 'write_blocked', method: 'POST', route: '/a', requestId: 'req_1' })
    await verifier.close()
    verifier.report(who, request(2))
    await verifier.close()
    expect(sent.map(({ events }) => events)).toEqual([
      [{ type: 'write_blocked', method: 'POST', route: '/a', request_id: 'req_1' }],
    ])
  })

  it('is nothing for a token of nobody else’s', async () => {
    verifier.report(await verifier.verify(await fake.sign(ORDINARY)), request(1))
    await verifier.close()
    expect(sent).toEqual([])
  })

  it('is what the issuer takes, whatever the request was', async () => {
    verifier.report(await verified(), {
      type: 'request',
      method: 'M-SEARCH',
      route: `\u0000 ${'x'.repeat(600)}`,
      requestId: '\n',
    })
    await verifier.close()
    expect(sent[0]?.events).toEqual([
      { type: 'request', method: 'OTHER', route: 'x'.repeat(500), request_id: '*' },
    ])
  })

  it('waits while the issuer is away, loses nothing and counts what is too much', async () => {
    answer(503)
    const who = await verified()
    // Not of the clock: the machine may have something else to do.
    const began = process.cpuUsage()
    for (let at = 0; at < 6000; at += 1) verifier.report(who, request(at))
    for (let at = 0; at < 3; at += 1)
      verifier.report(who, { type: 'request', method: 'POST', route: '/transfers' })
    expect(process.cpuUsage(began).user).toBeLessThan(1_000_000)
    answer(202)
    await verifier.close()
    const events = sent.flatMap(({ events: some }) => some)
    expect(events).toHaveLength(952)
    expect(events[0]).toEqual({ type: 'request', method: 'POST', route: '/transfers', count: 3 })
    expect([events[1]?.['route'], events[950]?.['route']]).toEqual(['/0', '/949'])
    expect(events[951]).toEqual({ type: 'request', method: 'GET', route: '*', count: 5050 })
    expect(verifier.droppedReports).toBe(0)
  })

  it('of refusals keeps each by itself, and of far too many at least the route and the number', async () => {
    answer(503)
    const who = await verified()
    const blocked = (route: string): void => {
      const requestId = crypto.randomUUID()
      verifier.report(who, { type: 'write_blocked', method: 'POST', route, requestId })
    }
    for (let at = 0; at < 3000; at += 1) blocked('/a')
    blocked('/b')
    for (let at = 0; at < 3000; at += 1) blocked(`/${at}`)
    answer(202)
    await verifier.close()
    const events = sent.flatMap(({ events: some }) => some)
    expect(events).toHaveLength(1001)
    expect(new Set(events.map(({ request_id: id }) => id)).size).toBe(501)
    const write = { type: 'write_blocked', method: 'POST' }
    expect(events[500]).toEqual({ ...write, route: '/a', count: 2500 })
    expect(events[501]).toEqual({ ...write, route: '/b' })
    expect(events[1000]).toEqual({ ...write, route: '*', count: 2502 })
  })

  it('about one impersonation does not wait for another that has reported too much', async () => {
    const [one, two] = [await verified('imp_1'), await verified('imp_2')]
    fake.routes.set('/events', (req, res, body) => {
      sent.push({ url: req.url ?? '', events: JSON.parse(body).events })
      const isOne = req.url?.includes('imp_1') === true
      res.setHeader('retry-after', '60')
      json(isOne ? 429 : 202, {})(req, res, body)
    })
    verifier.report(one, request(1))
    await expect.poll(() => sent.length).toBe(1)
    verifier.report(one, request(1))
    verifier.report(two, request(2))
    await expect.poll(() => sent.length).toBe(2)
    expect(sent[1]).toMatchObject({ url: '/api/v1/impersonations/imp_2/events' })
    answer(202)
    await verifier.close()
    expect(sent[2]?.events).toMatchObject([{ route: '/1', count: 2 }])
    expect(verifier.droppedReports).toBe(0)
  })

  it('is given up when the issuer will not have it, and kept when it cannot have it now', async () => {
    answer(404)
    verifier.report(await verified(), request(1))
    await expect.poll(() => verifier.droppedReports).toBe(1)
    answer(429)
    verifier.report(await verified(), request(2))
    await expect.poll(() => sent.length).toBe(2)
    expect(verifier.droppedReports).toBe(1)
    answer(202)
    await verifier.close()
    expect(sent.at(-1)?.events).toMatchObject([{ route: '/2' }])
    expect(verifier.droppedReports).toBe(1)
  })
})
