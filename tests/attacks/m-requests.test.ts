import { beforeEach, describe, expect, it } from 'vitest'
import { basic, onStage } from '../support/attack.ts'
import { dumpOf } from '../support/dump-of.ts'
import type { Asked } from '../support/load-flood.ts'
import { flood, tally } from '../support/load-flood.ts'
import { advance, stopClock } from '../support/turned-clock.ts'
import { authorization } from '../support/visitor.ts'

const FORM = 'application/x-www-form-urlencoded'
const HTML = 'text/html,*/*;q=0.8'

const from = (ip: string, path: string, accept = HTML): Asked => ({
  method: 'GET',
  path,
  headers: { accept, 'x-forwarded-for': ip },
})

const pushed = (ip: string, params: Record<string, string> = {}): Asked => {
  const query = new URL(authorization('acme-portal', params).address, 'http://a').search.slice(1)
  const headers = { 'content-type': FORM, 'x-forwarded-for': ip }
  return { method: 'POST', path: '/request', headers, body: query }
}

describe('requests that anybody may send and that are kept', { timeout: 120_000 }, () => {
  const stage = onStage('sqlite', { TRUSTED_PROXIES: '1' })
  beforeEach(stopClock)

  const kept = async (): Promise<number> => {
    const { oidc_model: models = [] } = await dumpOf(stage.booted)
    return models.length
  }
  const one = async (asked: Asked): Promise<{ status: number; body: string; location: string }> => {
    const [answer] = await flood(stage.booted, 1, 1, () => asked)
    const location = answer?.headers.location ?? ''
    return { status: answer?.status ?? 0, body: answer?.body ?? '', location }
  }

  it('are kept 600 times a minute for one network, however they are written', async () => {
    const { address } = authorization('acme-portal')
    const query = address.slice('/auth'.length)
    const before = await kept()
    const events = await stage.trail(async () => {
      const answers = await flood(stage.booted, 900, 4, (n) => {
        const ip = `2001:db8::${(n + 1).toString(16)}`
        const kinds = [
          from(ip, `/auth${query}`),
          from(ip, `/Auth/${query}`),
          from(ip, '/session/end'),
          from(ip, '/SESSION/END/'),
          pushed(ip),
        ]
        return kinds[n % kinds.length] ?? pushed(ip)
      })
      expect(tally(answers)).toMatchObject({ 429: 300 })
    })
    expect((await kept()) - before).toBe(600)
    const limited = events.filter(({ action }) => action === 'rate_limit.exceeded')
    expect(limited.length).toBe(events.length)
    expect(events.at(-1)).toMatchObject({
      outcome: 'denied',
      code: 'RATE_LIMITED',
      details: { limit: 'sign-in-requests' },
    })
    const page = await one(from('2001:db8::1', address))
    expect([page.status, page.body.includes('Too many requests')]).toEqual([429, true])
    const json = await one(from('2001:db8::1', address, 'application/json'))
    expect(JSON.parse(json.body)).toEqual({
      error: 'rate_limited',
      error_description: 'Too many requests.',
      code: 'RATE_LIMITED',
      request_id: expect.stringMatching(/^req_/) as string,
    })
    // Somebody else is served, and so is this network a minute later.
    expect((await one(from('192.0.2.9', address))).status).toBe(303)
    advance(61)
    expect((await one(from('2001:db8::1', address))).status).toBe(303)
  })

  it('have no room for more than 4096 characters', async () => {
    const before = await kept()
    const long = 'x'.repeat(4096)
    for (const name of ['state', 'nonce', 'login_hint', 'ui_locales']) {
      const { address } = authorization('acme-portal', { [name]: long })
      const { status, location } = await one(from('192.0.2.10', address))
      const { origin, pathname, searchParams } = new URL(location)
      expect([status, origin + pathname]).toEqual([303, 'http://localhost:4002/callback'])
      expect(searchParams.get('error')).toBe('invalid_request')
      expect(searchParams.get('error_description')).toBe('the request is too long')
      const par = await one(pushed('192.0.2.10', { [name]: long }))
      expect([par.status, JSON.parse(par.body)]).toEqual([
        400,
        { error: 'invalid_request', error_description: 'the request is too long' },
      ])
    }
    const end = await one(from('192.0.2.10', `/session/end?state=${long}x`))
    expect([end.status, end.body.includes('This did not work')]).toEqual([400, true])
    expect(await kept()).toBe(before)
  })

  it('may be as long as apps make them', async () => {
    const state = 'x'.repeat(3000)
    const { address } = authorization('acme-portal', { state, nonce: 'n'.repeat(256) })
    expect((await one(from('192.0.2.11', address))).status).toBe(303)
    expect((await one(pushed('192.0.2.11', { state }))).status).toBe(201)
    const end = await one(from('192.0.2.11', `/session/end?state=${state}`))
    expect(end.status).toBe(200)
  })

  it('of an app with a secret are no way to write either', async () => {
    const headers = { authorization: basic('admin-panel', 'admin-panel-secret') }
    const asked = pushed('192.0.2.12', { state: 'x'.repeat(5000) })
    const own = new URL(
      authorization('admin-panel', { state: 'x'.repeat(5000) }).address,
      'http://a',
    )
    const body = own.search.slice(1)
    const { status } = await one({ ...asked, body, headers: { ...asked.headers, ...headers } })
    expect(status).toBe(400)
  })
})
