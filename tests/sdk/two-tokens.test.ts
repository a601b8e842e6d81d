import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { SdkApp } from '../support/sdk-app.ts'
import { accessToken, started, stateOf } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { LINK, open, openOddPages, use } from './odd-page.ts'

vi.setConfig({ testTimeout: 60_000 })
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

  it('renews both when the issuer does not know its own any more', async () => {
    expect(await open(LINK)).toBe('imp_1')
    expect(await accessToken(page)).toBe('access-2')
    issuer.script = ({ authorization }) =>
      authorization === 'Bearer access-1' ? { status: 401, body: {} } : null
    await page.reload()
    expect(await started(page)).toBe('imp_1')
    expect(exchanges()).toEqual([null, API, null, API])
    expect(await accessToken(page)).toBe('access-4')
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
