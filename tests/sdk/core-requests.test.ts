import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SdkApp } from '../support/sdk-app.ts'
import { accessToken, stateOf } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { LINK, open, openOddPages, use } from './odd-page.ts'

const stage = openOddPages()
let app: SdkApp
let issuer: ScriptedIssuer
let page: Page
let complaints: string[]

beforeEach(() => {
  ;({ app, issuer, page, complaints } = stage)
})

describe('Functions of the app that throw', () => {
  it('as a listener leave the impersonation as it is', async () => {
    await page.addInitScript(() => {
      document.addEventListener('readystatechange', () => {
        if (document.readyState === 'complete')
          window.imp.subscribe(() => {
            throw new Error('drawn wrongly')
          })
      })
    })
    expect(await open(LINK)).toBe('imp_1')
    await page.evaluate(() => window.imp.end())
    expect(await stateOf(page)).toMatchObject({ status: 'ended', reason: 'ended_here' })
    expect(complaints).toContain('drawn wrongly')
  })

  it('as `confirm` have said no', async () => {
    use(`ownSession: () => true, confirm() { throw new Error('odd') }`)
    expect(await open(LINK)).toBe('SWITCH_DECLINED')
    expect(issuer.countOf('/api/v1/impersonation/end')).toBe(1)
  })

  it.each([`returnTo() { throw new Error('odd') }`, `returnTo: 'http://['`])(
    'do not keep it from ending: %s',
    async (option) => {
      use(option)
      expect(await open(LINK)).toBe('imp_1')
      await page.evaluate(() => window.imp.end())
      expect(await stateOf(page)).toMatchObject({ status: 'ended', reason: 'ended_here' })
      expect(issuer.countOf('/api/v1/impersonation/end')).toBe(1)
      expect(complaints).toHaveLength(1)
    },
  )
})

describe('Requests of the app', () => {
  it('carry the token to allowed origins only, and are retried once on 401', async () => {
    expect(await open(LINK)).toBe('imp_1')
    app.api = (_, authorization) => ({ status: authorization === 'Bearer access-1' ? 401 : 200 })
    const answer = await page.evaluate(async () => (await window.imp.fetch('/api/orders')).json())
    expect(answer).toEqual({ authorization: 'Bearer access-2' })
    await page.evaluate((url) => window.imp.fetch(url).catch(() => null), `${issuer.issuer}/other`)
    expect(issuer.asked.at(-1)).toMatchObject({ path: '/other', authorization: undefined })
  })

  it('that write are refused in read-only mode, and all after the end', async () => {
    expect(await open(LINK)).toBe('imp_1')
    const codeOf = (method: string): Promise<unknown> =>
      page.evaluate(
        (given) =>
          window.imp.fetch('/api/orders', { method: given }).then(
            ({ status }) => status,
            (error: unknown) => (error as { code: string }).code,
          ),
        method,
      )
    for (const method of ['POST', 'PUT', 'patch', 'DELETE'])
      expect(await codeOf(method)).toBe('IMPERSONATION_READ_ONLY')
    app.api = () => ({ status: 401, body: { code: 'IMPERSONATION_ENDED' } })
    expect(await codeOf('GET')).toBe('IMPERSONATION_ENDED')
    expect(await stateOf(page)).toMatchObject({ status: 'ended', reason: 'revoked' })
    expect(await codeOf('GET')).toBe('IMPERSONATION_ENDED')
  })

  it('get no token without a visible banner', async () => {
    use('requireBanner: true')
    expect(await open(LINK)).toBe('imp_1')
    expect(await accessToken(page)).toBe('BANNER_HIDDEN')
    await page.evaluate(() => {
      window.imp.setBannerVisible(true)
    })
    expect(await accessToken(page)).toBe('access-1')
  })

  it('end here also when the issuer is gone', async () => {
    expect(await open(LINK)).toBe('imp_1')
    issuer.script = () => 'drop'
    await page.evaluate(() => Promise.all([window.imp.end(), window.imp.end()]))
    expect(await stateOf(page)).toMatchObject({ status: 'ended', reason: 'ended_here' })
    expect(await page.evaluate(() => window.sessionStorage.length)).toBe(0)
  })
})
