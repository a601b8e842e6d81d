import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import type { SdkApp } from '../support/sdk-app.ts'
import { startSdkApp, started } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { startScriptedIssuer } from '../support/sdk-issuer.ts'

const TOKEN = 'a-token-of-a-link-0123456789'

let browser: Browser
let app: SdkApp
let issuer: ScriptedIssuer
let page: Page

beforeAll(async () => {
  ;[browser, app, issuer] = await Promise.all([
    launchBrowser(),
    startSdkApp('localhost'),
    startScriptedIssuer(),
  ])
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([app?.close(), issuer?.close()])
})

beforeEach(async () => {
  app.options = `{ issuer: '${issuer.issuer}', clientId: 'spa' }`
  app.head = '<script src="/early.js"></script><script src="/api/analytics.js"></script>'
  issuer.asked.length = 0
  page = await browser.newPage()
})
afterEach(() => page.close())

describe('The first script of a page', () => {
  it.each(['?', '#'])('hands what came after %s to the SDK, and to it once', async (mark) => {
    await page.goto(`${app.origin}/callback?a=1${mark === '?' ? '&' : mark}refresh_token=${TOKEN}`)
    expect(await started(page)).toBe('imp_1')
    expect(page.url()).toBe(`${app.origin}/callback?a=1`)
    expect(issuer.asked[0]?.form.get('refresh_token')).toBe(TOKEN)
    expect(await page.evaluate(() => Symbol.for('understudy.link') in window)).toBe(false)
  })

  it('leaves a page without a link alone', async () => {
    await page.goto(`${app.origin}/callback?code=abc&state=x#/route`)
    expect(await started(page)).toBeNull()
    expect(page.url()).toBe(`${app.origin}/callback?code=abc&state=x#/route`)
    expect(issuer.asked).toEqual([])
  })

  it('does not make an ambiguous link a good one', async () => {
    await page.goto(`${app.origin}/callback?refresh_token=${TOKEN}&code=abc`)
    expect(await started(page)).toBe('LINK_INVALID')
    expect(page.url()).toBe(`${app.origin}/callback?code=abc`)
    expect(issuer.asked).toEqual([])
  })
})
