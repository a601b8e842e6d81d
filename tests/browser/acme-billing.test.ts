import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import type { DemoAgent, Started } from '../support/demo-agent.ts'
import { givePassword, JANE, ROOT, signInAgent } from '../support/demo-agent.ts'
import type { DemoServer } from '../support/demo-server.ts'
import { startDemoServer } from '../support/demo-server.ts'

// A browser on a busy machine takes its time; nothing here waits for a clock.
vi.setConfig({ testTimeout: 60_000 })

let server: DemoServer
let agent: DemoAgent
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startDemoServer(), launchBrowser()])
  agent = await signInAgent(server, browser)
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
})
afterEach(async () => {
  await context.close()
  await agent.endAll()
})

const rows = (): ReturnType<Page['locator']> => page.getByTestId('invoices').locator('li')

async function open(mode: 'read_only' | 'full'): Promise<Started> {
  const started = await agent.start('acme-billing', { mode })
  // The second redirect URI of the app has a query of its own.
  await page.goto(started.links[1] ?? '')
  await rows().first().waitFor()
  return started
}

describe('Being somebody else in Acme Billing', () => {
  it('shows the banner as an element fed by attributes, and no token anywhere in the page', async () => {
    await open('read_only')
    expect(page.url()).toBe(`${server.billing}/callback?from=billing`)
    expect(await page.getByTestId('impersonation-subject').textContent()).toBe(JANE)
    expect(await page.getByTestId('impersonation-actor').textContent()).toBe(ROOT)
    const kept = (await page.evaluate('Object.values(sessionStorage)')) as string[]
    const { accessToken, refreshToken } = JSON.parse(kept[0] ?? '{}') as Record<string, string>
    expect([kept.length, accessToken?.length, refreshToken?.length]).not.toContain(undefined)
    const markup = await page.content()
    for (const token of [accessToken, refreshToken]) expect(markup).not.toContain(token)
  })

  it('refuses a plain form in read-only mode on a page that says why, and goes on', async () => {
    const started = await open('read_only')
    await page
      .getByRole('button', { name: /^Pay INV-/ })
      .first()
      .press('Enter')
    await page.getByRole('heading', { name: 'Nothing was changed' }).waitFor()
    await page.getByText('You are impersonating this customer, read-only.').waitFor()
    await page.getByTestId('impersonation-banner').waitFor()
    await page.getByRole('link', { name: 'Back' }).click()
    await rows().first().waitFor()
    expect(await page.getByRole('button', { name: /^Pay INV-/ }).count()).toBe(2)
    // The resource server tells the issuer what it saw, by the route's pattern.
    const blocked = { method: 'POST', route: '/invoices/:id/pay' }
    await expect
      .poll(() => agent.record(started), { timeout: 10_000 })
      .toMatchObject({
        timeline: expect.arrayContaining([
          expect.objectContaining({
            action: 'impersonation.write_blocked',
            details: expect.objectContaining(blocked),
          }),
        ]),
      })
  })

  it('lets plain forms through in full mode', async () => {
    await open('full')
    const pay = page.getByRole('button', { name: /^Pay INV-/ })
    const before = await pay.count()
    await pay.first().click()
    await page.getByText('Thank you. The invoice is paid.').waitFor()
    expect(page.url()).toBe(`${server.billing}/?done=paid`)
    await expect.poll(() => pay.count()).toBe(before - 1)
    await page.getByRole('link', { name: 'Billing address' }).click()
    await page.getByLabel('Street').fill('Hafenstraße 3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The address is saved.').waitFor()
    expect(await page.getByLabel('Street').inputValue()).toBe('Hafenstraße 3')
  })

  it('ends by a plain form, with nothing left in the tab and no token in any log or address', async () => {
    const asked: string[] = []
    context.on('request', (request) => {
      asked.push(request.url(), request.headers()['referer'] ?? '')
    })
    const started = await open('read_only')
    const [kept = ''] = (await page.evaluate('Object.values(sessionStorage)')) as string[]
    const { accessToken = '' } = JSON.parse(kept) as { accessToken?: string }
    await page.getByTestId('impersonation-end').click()
    await page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(page.url()).toBe(`${server.billing}/ended?cause=ended_here`)
    await expect.poll(() => page.evaluate('sessionStorage.length')).toBe(0)
    expect(await agent.record(started)).toMatchObject({ ended_by: 'impersonator' })
    expect(accessToken).not.toBe('')
    for (const token of [accessToken, started.refresh_token]) {
      expect(server.output()).not.toContain(token)
      // The link itself is all that ever held one.
      expect(asked.filter((url) => url.includes(token) && url !== started.links[1])).toEqual([])
    }
  })

  it('leaves the page when it was ended elsewhere', async () => {
    await open('full')
    await agent.endAll()
    await page
      .getByRole('button', { name: /^Pay INV-/ })
      .first()
      .click()
    await page.getByText('It was revoked.').waitFor()
    await expect.poll(() => page.evaluate('sessionStorage.length')).toBe(0)
  })

  it('is not led to believe that it ended by somebody’s link', async () => {
    await open('read_only')
    await page.goto(`${server.billing}/ended?cause=ended_here`)
    await rows().first().waitFor()
    expect(page.url()).toBe(`${server.billing}/`)
    await page.getByTestId('impersonation-banner').waitFor()
  })

  it('takes no form without a token, nor from another site', async () => {
    const post = (headers: Record<string, string>, body: string): Promise<Response> =>
      fetch(`${server.billing}/invoices/pay`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      })
    expect((await post({}, 'invoice=inv_1')).status).toBe(401)
    const elsewhere = { 'sec-fetch-site': 'cross-site' }
    expect((await post(elsewhere, 'invoice=inv_1&access_token=x')).status).toBe(403)
    expect((await post({}, 'invoice=inv_1&access_token=x')).status).toBe(401)
  })
})

describe('Acme Billing for the customer', () => {
  it('signs in and pays, without a banner', async () => {
    await page.goto(server.billing)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await givePassword(page, JANE)
    await rows().first().waitFor()
    expect(await page.getByTestId('customer').textContent()).toBe('Jane Doe')
    expect(await page.getByTestId('impersonation-banner').count()).toBe(0)
    await page
      .getByRole('button', { name: /^Pay INV-/ })
      .first()
      .click()
    await page.getByText('Thank you. The invoice is paid.').waitFor()
  })
})
