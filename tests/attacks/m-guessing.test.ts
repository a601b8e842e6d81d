import { beforeEach, describe, expect, it } from 'vitest'
import { basic, onStage } from '../support/attack.ts'
import type { Asked } from '../support/load-flood.ts'
import { flood, tally } from '../support/load-flood.ts'
import { advance, stopClock } from '../support/turned-clock.ts'

const FORM = 'application/x-www-form-urlencoded'

/** What a proxy in front of the server says about who is connected to it. */
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address })

const credentials = (secret: string, client = 'acme-backend'): Asked => ({
  path: '/token',
  headers: { 'content-type': FORM, authorization: basic(client, secret) },
  body: 'grant_type=client_credentials&scope=root',
})

const at = (address: string, asked: Asked): Asked => ({
  ...asked,
  headers: { ...asked.headers, ...from(address) },
})

const guess = (n: number): Asked => credentials(`guess-${n}`)

describe('guessing', { timeout: 120_000 }, () => {
  const stage = onStage('sqlite', { TRUSTED_PROXIES: '1' })
  beforeEach(stopClock)

  const one = async (asked: Asked): Promise<[number, string | undefined]> => {
    const [answer] = await flood(stage.booted, 1, 1, () => asked)
    return [answer?.status ?? 0, answer?.headers['retry-after']]
  }

  it('M04 client secrets are guessed a few times only, and nobody else is locked out by it', async () => {
    const events = await stage.trail(async () => {
      const answers = await flood(stage.booted, 1000, 4, (n) => at('192.0.2.1', guess(n)))
      const { 401: refused = 0, 429: limited = 0 } = tally(answers)
      expect(refused + limited).toBe(1000)
      // Guesses that are under way together find the same count.
      expect(refused).toBeLessThanOrEqual(30 + 3)
      const last = answers.at(-1)
      expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0)
      expect(last?.headers['cache-control']).toBe('no-store')
      expect(JSON.parse(last?.body ?? '')).toEqual({
        error: 'rate_limited',
        error_description: 'Too many requests.',
      })
    })
    const actions = new Set(events.map(({ action }) => action))
    expect(actions).toEqual(new Set(['s2s.auth_failed', 'rate_limit.exceeded']))
    expect(events.length).toBeLessThanOrEqual(33 + 120)
    expect(events.at(-1)).toMatchObject({
      code: 'RATE_LIMITED',
      ip: '192.0.2.1',
      details: { limit: 'client-secret', client_id: 'acme-backend' },
    })

    const right = credentials('acme-backend-secret')
    expect((await one(at('192.0.2.1', right)))[0]).toBe(429)
    expect(await one(at('192.0.2.2', right))).toEqual([200, undefined])
    const other = credentials('acme-readonly-secret', 'acme-readonly')
    expect((await one(at('192.0.2.1', other)))[0]).not.toBe(429)
    advance(61)
    expect(await one(at('192.0.2.1', right))).toEqual([200, undefined])
  })

  it('whoever is right may ask as often as they like', async () => {
    const right = at('192.0.2.3', credentials('acme-backend-secret'))
    expect(tally(await flood(stage.booted, 200, 8, () => right))).toEqual({ 200: 200 })
  })

  it('a network of IPv6 is one guesser', async () => {
    const answers = await flood(stage.booted, 100, 1, (n) =>
      at(`2001:db8::${(n + 1).toString(16)}`, guess(n)),
    )
    expect(tally(answers)).toEqual({ 401: 30, 429: 70 })
  })

  it('refresh tokens and codes are guessed so often and no oftener, also by nobody known', async () => {
    const grant = (n: number): Asked => ({
      path: '/token',
      headers: { 'content-type': FORM, ...from('192.0.2.4') },
      body:
        n % 2 === 0
          ? `grant_type=refresh_token&client_id=acme-portal&refresh_token=guess-${n}`
          : `grant_type=authorization_code&client_id=nobody-${n}&code=guess-${n}&redirect_uri=http://a`,
    })
    const answers = await flood(stage.booted, 700, 4, grant)
    const { 429: limited = 0 } = tally(answers)
    expect(limited).toBeGreaterThanOrEqual(700 - 600 - 3)
    expect(limited).toBeLessThanOrEqual(100)
  })

  it('another way to write the address or the client is no way around', async () => {
    const ways = (n: number): Asked => {
      const path = ['/token/', '/TOKEN', '/tOkEn/', '/token'][n % 4] ?? ''
      const client = ['acme-backend', '%61cme-backend', 'acme%2Dbackend'][n % 3] ?? ''
      return at('192.0.2.5', { ...credentials(`guess-${n}`, client), path })
    }
    expect(tally(await flood(stage.booted, 100, 1, ways))).toEqual({ 401: 30, 429: 70 })
    const grant = (n: number): Asked => ({
      path: ['/token/', '/Token'][n % 2] ?? '',
      headers: { 'content-type': FORM, ...from('192.0.2.6') },
      body: `grant_type=refresh_token&client_id=acme-portal&refresh_token=guess-${n}`,
    })
    const { 429: limited = 0 } = tally(await flood(stage.booted, 700, 4, grant))
    expect(limited).toBeGreaterThanOrEqual(700 - 600 - 3)
    // An app in a browser can read that it has to wait.
    const { headers } = await stage.cast.form('/token', { grant_type: 'x' }, undefined, {
      ...from('192.0.2.6'),
      origin: 'http://localhost:4002',
    })
    expect([
      headers.get('retry-after'),
      headers.get('access-control-allow-origin'),
      headers.get('access-control-expose-headers'),
    ]).toEqual([expect.stringMatching(/^\d+$/), '*', 'Retry-After'])
  })

  it('secrets are guessed no oftener where a request is pushed, and that is written down', async () => {
    const pushed = (n: number): Asked => ({
      ...at('192.0.2.7', credentials(`guess-${n}`, 'admin-panel')),
      path: n % 2 === 0 ? '/request' : '/Request/',
      body: 'response_type=code&client_id=admin-panel',
    })
    const events = await stage.trail(async () => {
      expect(tally(await flood(stage.booted, 40, 1, pushed))).toEqual({ 401: 30, 429: 10 })
    })
    const failed = events.filter(({ action }) => action === 's2s.auth_failed')
    expect(failed[0]).toMatchObject({
      outcome: 'denied',
      ip: '192.0.2.7',
      details: { route: 'pushed_authorization_request', client_id: 'admin-panel' },
    })
    expect(events.at(-1)).toMatchObject({ action: 'rate_limit.exceeded' })
  })
})
