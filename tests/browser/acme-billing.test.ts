import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Started } from '../support/demo-agent.ts'
import { givePassword, JANE, ROOT } from '../support/demo-agent.ts'
import { onDemo } from './on-demo.ts'

const demo = onDemo()

const rows = (): ReturnType<Page['locator']> => demo.page.getByTestId('invoices').locator('li')

async function open(mode: 'read_only' | 'full'): Promise<Started> {
  const started = await demo.agent.start('acme-billing', { mode })
  // The second redirect URI of the app has a query of its own.
  await demo.page.goto(started.links[1] ?? '')
  await rows().first().waitFor()
  return started
}

describe('Being somebody else in Acme Billing', () => {
  it('shows the banner as an element fed by attributes, and no token anywhere in the page', async () => {
    await open('read_only')
    expect(demo.page.url()).toBe(`${demo.server.billing}/callback?from=billing`)
    expect(await demo.page.getByTestId('impersonation-subject').textContent()).toBe(JANE)
    expect(await demo.page.getByTestId('impersonation-actor').textContent()).toBe(ROOT)
    const kept = (await demo.page.evaluate('Object.values(sessionStorage)')) as string[]
    const { accessToken, refreshToken } = JSON.parse(kept[0] ?? '{}') as Record<string, string>
    expect([kept.length, accessToken?.length, refreshToken?.length]).not.toContain(undefined)
    const markup = await demo.page.content()
    for (const token of [accessToken, refreshToken]) expect(markup).not.toContain(token)
  })

  it('refuses a plain form in read-only mode on a page that says why, and goes on', async () => {
    const started = await open('read_only')
    await demo.page
      .getByRole('button', { name: /^Pay INV-/ })
      .first()
      .press('Enter')
    await demo.page.getByRole('heading', { name: 'Nothing was changed' }).waitFor()
    await demo.page.getByText('You are impersonating this customer, read-only.').waitFor()
    await demo.page.getByTestId('impersonation-banner').waitFor()
    await demo.page.getByRole('link', { name: 'Back' }).click()
    await rows().first().waitFor()
    const pay = demo.page.getByRole('button', { name: /^Pay INV-/ })
    await expect.poll(() => pay.count()).toBe(2)
    // The resource server tells the issuer what it saw, by the route's pattern.
    const blocked = { method: 'POST', route: '/invoices/:id/pay' }
    await expect
      .poll(() => demo.agent.record(started))
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
    const pay = demo.page.getByRole('button', { name: /^Pay INV-/ })
    // Both open ones, which come with the rows.
    const before = await pay.count()
    await pay.first().click()
    await demo.page.getByText('Thank you. The invoice is paid.').waitFor()
    expect(demo.page.url()).toBe(`${demo.server.billing}/?done=paid`)
    await expect.poll(() => pay.count()).toBe(before - 1)
    await demo.page.getByRole('link', { name: 'Billing address' }).click()
    await demo.page.getByLabel('Street').fill('Hafenstraße 3')
    await demo.page.getByRole('button', { name: 'Save' }).click()
    await demo.page.getByText('The address is saved.').waitFor()
    await expect.poll(() => demo.page.getByLabel('Street').inputValue()).toBe('Hafenstraße 3')
  })

  it('ends by a plain form, with nothing left in the tab and no token in any log or address', async () => {
    const asked: string[] = []
    demo.context.on('request', (request) => {
      asked.push(request.url(), request.headers()['referer'] ?? '')
    })
    const started = await open('read_only')
    const [kept = ''] = (await demo.page.evaluate('Object.values(sessionStorage)')) as string[]
    const { accessToken = '' } = JSON.parse(kept) as { accessToken?: string }
    await demo.page.getByTestId('impersonation-end').click()
    await demo.page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(demo.page.url()).toBe(`${demo.server.billing}/ended?cause=ended_here`)
    await expect.poll(() => demo.page.evaluate('sessionStorage.length')).toBe(0)
    await expect.poll(() => demo.agent.record(started)).toMatchObject({ ended_by: 'impersonator' })
    expect(accessToken).not.toBe('')
    for (const token of [accessToken, started.refresh_token]) {
      expect(demo.server.output()).not.toContain(token)
      // The link itself is all that ever held one.
      expect(asked.filter((url) => url.includes(token) && url !== started.links[1])).toEqual([])
    }
  })

  it('leaves the page when it was ended elsewhere', async () => {
    await open('full')
    await demo.agent.endAll()
    await demo.page
      .getByRole('button', { name: /^Pay INV-/ })
      .first()
      .click()
    await demo.page.getByText('It was ended elsewhere.').waitFor()
    await expect.poll(() => demo.page.evaluate('sessionStorage.length')).toBe(0)
  })

  it('is not led to believe that it ended by somebody’s link', async () => {
    await open('read_only')
    await demo.page.goto(`${demo.server.billing}/ended?cause=ended_here`)
    await rows().first().waitFor()
    expect(demo.page.url()).toBe(`${demo.server.billing}/`)
    await demo.page.getByTestId('impersonation-banner').waitFor()
  })

  it('takes no form without a token, nor from another site', async () => {
    const post = (headers: Record<string, string>, body: string): Promise<Response> =>
      fetch(`${demo.server.billing}/invoices/pay`, {
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
    await demo.page.goto(demo.server.billing)
    await demo.page.getByRole('button', { name: 'Sign in' }).click()
    await givePassword(demo.page, JANE)
    await rows().first().waitFor()
    expect(await demo.page.getByTestId('customer').textContent()).toBe('Jane Doe')
    expect(await demo.page.getByTestId('impersonation-banner').count()).toBe(0)
    await demo.page
      .getByRole('button', { name: /^Pay INV-/ })
      .first()
      .click()
    await demo.page.getByText('Thank you. The invoice is paid.').waitFor()
  })
})
