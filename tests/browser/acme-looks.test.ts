import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { axe } from '../support/browser.ts'
import { onDemo } from './on-demo.ts'

const demo = onDemo()

const WIDE = { width: 1100, height: 900 }

/** What is wrong with the page as it is now, in the light and in the dark, and on a small screen. */
async function findings(page: Page): Promise<unknown> {
  const found: unknown[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    found.push(...(await axe(page)))
  }
  await page.setViewportSize({ width: 320, height: 800 })
  const isTooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
  await page.setViewportSize(WIDE)
  return { found, isTooWide }
}

const NONE = { found: [], isTooWide: false }

/** Goes through everything an app shows, banner and last page included. */
async function lookAround(app: 'portal' | 'billing'): Promise<unknown> {
  const { page } = demo
  await page.setViewportSize(WIDE)
  const views: unknown[] = []
  const look = async (shown: Locator): Promise<void> => {
    await shown.waitFor()
    views.push(await findings(page))
  }
  await page.goto(demo.server[app])
  await look(page.getByRole('button', { name: 'Sign in' }))
  const { links } = await demo.agent.start(`acme-${app}`)
  await page.goto(links[0] ?? '')
  for (const step of app === 'portal' ? portal(page) : billing(page)) await look(await step())
  await page.getByTestId('impersonation-end').click()
  await look(page.getByRole('heading', { name: 'Impersonation ended' }))
  // The browser itself reports the refusals that the pages were waiting for.
  const complaints = demo.complaints.filter((text) => !/ 40[13] /.test(text))
  return { complaints, views }
}

type Steps = readonly (() => Promise<Locator>)[]

const clicked = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('link', { name, exact: true }).click()
}

const portal = (page: Page): Steps => [
  async () => page.getByTestId('orders'),
  async () => {
    await page.getByTestId('orders').getByRole('link').first().click()
    return page.getByTestId('reorder')
  },
  async () => {
    await clicked(page, 'Invoices')
    return page.getByTestId('invoices')
  },
  async () => {
    await clicked(page, 'Profile')
    return page.getByLabel('Phone')
  },
]

const billing = (page: Page): Steps => [
  async () => page.getByTestId('invoices').locator('li').first(),
  async () => {
    await clicked(page, 'Billing address')
    return page.getByLabel('Country')
  },
  async () => {
    await page.getByRole('button', { name: 'Save' }).press('Enter')
    await page.getByTestId('refused').waitFor()
    return page.getByTestId('impersonation-banner')
  },
]

describe.each(['portal', 'billing'] as const)('Acme’s %s', (app) => {
  it('has nothing to complain about, in the light, in the dark, on a small screen', async () => {
    const count = app === 'portal' ? 6 : 5
    const views = Array.from({ length: count }, () => NONE)
    expect(await lookAround(app)).toEqual({ complaints: [], views })
  })

  it('keeps what its address may hold to itself: policy, referrer, frames, cache', async () => {
    const { headers } = await fetch(`${demo.server[app]}/callback?refresh_token=x`)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy':
        `default-src 'self';style-src 'self';connect-src 'self' ${demo.server.issuer} ${demo.server.resource};` +
        "object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none';" +
        "require-trusted-types-for 'script'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    expect((await fetch(`${demo.server[app]}/index.html`)).status).toBe(404)
    expect((await fetch(demo.server[app], { method: 'PUT' })).status).toBe(405)
  })
})
