import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SdkApp } from '../support/sdk-app.ts'
import { accessToken, started, stateOf } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { LINK, open, openOddPages, use } from './odd-page.ts'

const API = 'https://api.example'
const stage = openOddPages()
let app: SdkApp
let issuer: ScriptedIssuer
let page: Page

beforeEach(() => {
  ;({ app, issuer, page } = stage)
  use(`resource: '${API}'`)
})

/** For what the issuer was asked for a token, in order; `null` is its own. */
const exchanges = (): (string | null)[] =>
  issuer.asked.filter(({ path }) => path === '/token').map(({ form }) => form.get('resource'))

/** The tokens the issuer was asked with about the impersonation. */
const bearers = (): (string | undefined)[] =>
  issuer.asked
    .filter(({ path }) => path === '/api/v1/impersonation')
    .map(({ authorization }) => authorization)

describe('An app with an API of its own', () => {
  it('begins with one exchange, and with a second one for its first request', async () => {
    expect(await open(LINK)).toBe('imp_1')
    expect(exchanges()).toEqual([null])
    expect(await Promise.all([accessToken(page), accessToken(page)])).toEqual([
      'access-2',
      'access-2',
    ])
    expect(exchanges()).toEqual([null, API])
    expect(bearers()).toEqual(['Bearer access-1'])
  })

  it('goes on after a reload without any, also if it has not asked its API yet', async () => {
    expect(await open(LINK)).toBe('imp_1')
    for (const tokens of [[null], [null, API]]) {
      await page.reload()
      expect(await started(page)).toBe('imp_1')
      expect(exchanges()).toEqual(tokens)
      expect(await accessToken(page)).toBe('access-2')
    }
    expect(bearers()).toEqual(Array.from({ length: 3 }, () => 'Bearer access-1'))
  })

  it('renews the token that was refused, and the issuer’s own only when that is stale', async () => {
    expect(await open(LINK)).toBe('imp_1')
    app.api = (_, authorization) => ({ status: authorization === 'Bearer access-2' ? 401 : 200 })
    const answer = await page.evaluate(async () => (await window.imp.fetch('/api/orders')).json())
    expect(answer).toEqual({ authorization: 'Bearer access-3' })
    expect(exchanges()).toEqual([null, API, API])
  })

  it('keeps the token for its API when the issuer does not know its own any more', async () => {
    expect(await open(LINK)).toBe('imp_1')
    expect(await accessToken(page)).toBe('access-2')
    issuer.script = ({ authorization, form }) => {
      if (form.get('resource')) return { status: 503, body: {} }
      return authorization === 'Bearer access-1' ? { status: 401, body: {} } : null
    }
    await page.reload()
    expect(await started(page)).toBe('imp_1')
    expect(await accessToken(page)).toBe('access-2')
    expect(exchanges()).toEqual([null, API, null])
    expect(bearers()).toEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-3'])
  })

  it('renews its own before it has one for its API, and that with the first request', async () => {
    expect(await open(LINK)).toBe('imp_1')
    issuer.script = ({ authorization }) =>
      authorization === 'Bearer access-1' ? { status: 401, body: {} } : null
    await page.reload()
    expect(await started(page)).toBe('imp_1')
    expect(exchanges()).toEqual([null, null])
    expect(await accessToken(page)).toBe('access-3')
    expect(exchanges()).toEqual([null, null, API])
  })

  it('trusts neither of its tokens when the clock was turned back', async () => {
    expect(await open(LINK)).toBe('imp_1')
    expect(await accessToken(page)).toBe('access-2')
    await page.evaluate(() => {
      for (const [key, value] of Object.entries(window.sessionStorage)) {
        const kept = JSON.parse(String(value)) as Record<string, number>
        for (const name of ['at', 'staleAt', 'ownStaleAt']) kept[name] = Number(kept[name]) + 3.6e6
        window.sessionStorage.setItem(key, JSON.stringify(kept))
      }
    })
    await page.reload()
    expect(await started(page)).toBe('imp_1')
    expect(await accessToken(page)).toBe('access-4')
    expect(exchanges()).toEqual([null, API, null, API])
  })

  it('asks about the impersonation although the exchange for the API failed beside it', async () => {
    issuer.expiresIn = 3
    await page.clock.install()
    expect(await open(LINK)).toBe('imp_1')
    issuer.script = ({ form }) => (form.get('resource') ? { status: 503, body: {} } : null)
    await page.clock.fastForward('00:06')
    issuer.asked.length = 0
    await page.evaluate(() => {
      Reflect.set(window, 'token', window.imp.getAccessToken().catch(String))
      window.dispatchEvent(new Event('focus'))
    })
    await page.clock.runFor(1000)
    await expect.poll(bearers).toEqual(['Bearer access-2'])
    expect(exchanges()).toEqual([null, API])
    expect(await page.evaluate(() => Reflect.get(window, 'token') as unknown)).toMatch(/usable/)
  })

  it('gets no other token than its own when the second exchange fails', async () => {
    expect(await open(LINK)).toBe('imp_1')
    issuer.script = ({ form }) => (form.get('resource') ? { status: 503, body: {} } : null)
    expect(await accessToken(page)).toBe('ISSUER_FAILED')
    expect(await accessToken(page)).toBe('ISSUER_FAILED')
    issuer.script = () => null
    expect(await accessToken(page)).toBe('access-2')
    expect(await stateOf(page)).toMatchObject({ status: 'active' })
    expect(exchanges()).toEqual([null, API, API, API])
  })
})
