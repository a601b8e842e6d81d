import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Verifier, VerifierOptions } from '../../sdk/src/server/index.ts'
import { createVerifier } from '../../sdk/src/server/index.ts'
import type { FakeIssuer } from '../support/resource-fake-issuer.ts'
import {
  AUDIENCE,
  claimsOf,
  json,
  ORDINARY,
  startFakeIssuer,
} from '../support/resource-fake-issuer.ts'

const STATUS = '/api/v1/impersonations/'
const FEED = `${STATUS}ended`
const INTROSPECTION = '/token/introspection'

const html = (status: number) => (_req: unknown, res: ServerResponse) =>
  void res.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Hello</h1>')

const odd = {
  'a page': html(200),
  'a failure': html(503),
  'not found by a gateway': html(404),
  'JSON of something else': json(200, { id: 'imp_2', status: 'active', active: 'yes' }),
  'JSON null': json(200, null),
  'half an answer': (_req: unknown, res: ServerResponse) =>
    void res.writeHead(200, { 'content-length': '100' }).write('{"active": true'),
  'a redirect': (_req: unknown, res: ServerResponse) =>
    void res.writeHead(302, { location: 'http://evil.test/' }).end(),
  'a closed door': (_req: unknown, res: ServerResponse) => void res.destroy(),
  silence: () => undefined,
} as const

/** Whoever will never have a whole answer need not wait for it long; all others get their time. */
const patienceWith = (answer: unknown): Partial<VerifierOptions> =>
  answer === odd.silence || answer === odd['half an answer'] ? { timeoutSeconds: 0.3 } : {}

describe('a resource server whose issuer is not itself', () => {
  let fake: FakeIssuer
  const verifiers: Verifier[] = []

  beforeEach(async () => {
    fake = await startFakeIssuer()
  })
  afterEach(async () => {
    for (const verifier of verifiers.splice(0)) await verifier.close()
    fake.close()
  })

  const create = (options: Partial<VerifierOptions> = {}): Verifier => {
    const verifier = createVerifier({
      issuer: fake.issuer,
      audience: AUDIENCE,
      clientId: 'service',
      clientSecret: 'secret',
      feed: false,
      ...options,
    })
    verifiers.push(verifier)
    return verifier
  }
  const codeOf = (verified: Promise<unknown>): Promise<unknown> =>
    verified.then(
      () => 'allowed',
      (error: unknown) => (error as { code: unknown }).code,
    )
  const follow = async (options: Partial<VerifierOptions> = {}): Promise<Verifier> => {
    const verifier = create({ feed: true, ...options })
    await expect.poll(() => verifier.isFeedLive).toBe(true)
    return verifier
  }

  it.each(Object.entries(odd))(
    'allows nothing that it would have to ask for: %s',
    async (_t, answer) => {
      const verifier = create(patienceWith(answer))
      const ordinary = await fake.sign(ORDINARY)
      // Until it has the keys.
      await expect.poll(() => codeOf(verifier.verify(ordinary))).toBe('allowed')
      for (const path of [STATUS, INTROSPECTION]) fake.routes.set(path, answer)
      expect(await codeOf(verifier.verify(await fake.sign()))).toBe('UNAVAILABLE')
      expect(await codeOf(verifier.verify('opaque'))).toBe('UNAVAILABLE')
      expect(await codeOf(verifier.verify(ordinary))).toBe('allowed')
    },
  )

  it.each(['/token', '/jwks'])('allows nothing when %s does not answer', async (path) => {
    for (const answer of [html(200), html(500), odd.silence]) {
      fake.routes.set(path, answer)
      const verifier = create(patienceWith(answer))
      expect(await codeOf(verifier.verify(await fake.sign()))).toBe('UNAVAILABLE')
    }
  })

  it('answers 503 with Retry-After, and remembers no failure', async () => {
    const verifier = create()
    const token = await fake.sign()
    const header = (name: string): string | null =>
      name === 'authorization' ? `Bearer ${token}` : null
    const before = fake.routes.get(STATUS) ?? html(500)
    fake.routes.set(STATUS, html(500))
    const { refusal } = await verifier.guard()({ method: 'GET', header })
    expect(refusal).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '1' },
      body: { error: 'temporarily_unavailable', code: 'UNAVAILABLE' },
    })
    fake.routes.set(STATUS, before)
    expect((await verifier.guard()({ method: 'GET', header })).refusal).toBeNull()
  })

  it('asks once for many requests at the same time', async () => {
    const verifier = create()
    const claims = { active: true, token_type: 'Bearer', ...claimsOf(fake.issuer) }
    fake.routes.set(INTROSPECTION, json(200, claims))
    const token = await fake.sign()
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)))
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify('opaque')))
    expect([fake.asked(STATUS), fake.asked(INTROSPECTION), fake.asked('/token')]).toEqual([1, 1, 1])
  })

  it('gets a new token of its own when the old one is refused', async () => {
    const tokens: unknown[] = []
    fake.routes.set(STATUS, (req, res) => {
      tokens.push(req.headers.authorization)
      json(tokens.length === 1 ? 401 : 200, { id: 'imp_1', status: 'ended' })(req, res, '')
    })
    expect(await codeOf(create().verify(await fake.sign()))).toBe('IMPERSONATION_ENDED')
    expect([tokens.length, fake.asked('/token')]).toEqual([2, 2])
  })

  it('refuses a token of an impersonation that the issuer does not know', async () => {
    fake.routes.set(STATUS, json(404, { code: 'NOT_FOUND' }))
    expect(await codeOf(create().verify(await fake.sign()))).toBe('S2S_TOKEN_INVALID')
  })

  describe('with the feed', () => {
    it('asks once for each impersonation, and never again until it hears of its end', async () => {
      let ahead = 0
      const verifier = await follow({ clock: () => Date.now() + ahead })
      const token = await fake.sign()
      await verifier.verify(token)
      ahead = 10_000
      await verifier.verify(token)
      expect(fake.asked(STATUS)).toBe(1)
      fake.tellEnd('imp_1')
      await expect.poll(() => codeOf(verifier.verify(token))).toBe('IMPERSONATION_ENDED')
      expect(await codeOf(verifier.verify(await fake.sign({ jti: '2' })))).toBe(
        'IMPERSONATION_ENDED',
      )
      expect(fake.asked(STATUS)).toBe(1)
      // Not a sign of life for 20 seconds: it asks, as it would without.
      ahead = 30_000
      expect(verifier.isFeedLive).toBe(false)
    })

    it('reads events in pieces, with any line ends, and between others', async () => {
      const verifier = await follow()
      const tokens = await Promise.all(
        ['a', 'b', 'c'].map((id) => fake.sign({ impersonation_id: id })),
      )
      for (const token of tokens) await verifier.verify(token)
      const text =
        ': hi\r\n\r\nevent: news\ndata: {}\n\nevent:ended\r\nid:1\r\ndata:{"impersonation_id":\r\ndata:"a"}\r\n\r\n' +
        'event: ended\rdata: {"impersonation_id":"b"}\r\rid: 2\ndata: {"impersonation_id":"c","n":"ü"}\nevent: ended\n\n'
      for (const character of text) {
        fake.tell(character)
        await new Promise(setImmediate)
      }
      for (const token of tokens)
        await expect.poll(() => codeOf(verifier.verify(token))).toBe('IMPERSONATION_ENDED')
    })

    it.each([
      'event: reset\ndata: {}\n\n',
      'event: ended\ndata: {"impers\n\n',
      'event: ended\ndata: {}\n\n',
    ])('asks again for everything after %j', async (text) => {
      const verifier = await follow()
      const token = await fake.sign()
      await verifier.verify(token)
      fake.tell(text)
      await expect
        .poll(async () => {
          await verifier.verify(token)
          return fake.asked(STATUS)
        })
        .toBe(2)
      expect(verifier.isFeedLive).toBe(true)
    })

    it('comes back with what it has read last, and asks meanwhile', async () => {
      const verifier = await follow()
      const token = await fake.sign()
      await verifier.verify(token)
      fake.tellEnd('imp_other', '42')
      const other = fake.sign({ impersonation_id: 'imp_other' })
      await expect
        .poll(async () => codeOf(verifier.verify(await other)))
        .toBe('IMPERSONATION_ENDED')
      fake.feeds[0]?.res.destroy()
      await expect.poll(() => verifier.isFeedLive).toBe(false)
      fake.routes.set(STATUS, json(200, { id: 'imp_1', status: 'ended' }))
      await expect.poll(() => fake.feeds.length).toBe(2)
      expect(fake.feeds[1]?.lastEventId).toBe('42')
      await expect.poll(() => codeOf(verifier.verify(token))).toBe('IMPERSONATION_ENDED')
    })

    it('survives a stream without end or sense', async () => {
      const errors: unknown[] = []
      const verifier = await follow({ onError: (error) => errors.push(error) })
      fake.tell('\u0000garbage'.repeat(20_000))
      await expect.poll(() => String(errors[0])).toContain('sends no events')
      expect(verifier.isFeedLive).toBe(false)
      expect(await codeOf(verifier.verify(await fake.sign()))).toBe('allowed')
    })

    it('does not storm an issuer that refuses it, or ends at once', async () => {
      const ends = (_req: unknown, res: ServerResponse): void =>
        void res.writeHead(200, { 'content-type': 'text/event-stream' }).end()
      const answers = [html(200), html(503), json(401, {}), ends]
      const fakes = await Promise.all(answers.map(() => startFakeIssuer()))
      const times = answers.map((): number[] => [])
      for (const [at, { routes, issuer }] of fakes.entries()) {
        routes.set(FEED, (req, res, body) => {
          times[at]?.push(performance.now())
          ;(answers[at] ?? ends)(req, res, body)
        })
        create({ feed: true, issuer })
      }
      for (const [at, { asked, close }] of fakes.entries()) {
        await expect.poll(() => times[at]?.length).toBe(3)
        expect(asked('/token')).toBeLessThanOrEqual(3)
        close()
      }
      for (const [first = 0, second = 0, third = 0] of times) {
        // At once, after 0.5 to 1 second, and after 1 to 2 more; timers may be a millisecond early.
        expect(second - first).toBeGreaterThanOrEqual(499)
        expect(third - second).toBeGreaterThanOrEqual(999)
      }
    })
  })
})
