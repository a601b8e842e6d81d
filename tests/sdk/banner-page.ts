import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import type { BannerSite } from '../support/sdk-banner-site.ts'
import { startBannerSite } from '../support/sdk-banner-site.ts'

const orders = `<main><h1>Orders</h1><p>Order 4711: a red bicycle.</p><button>Buy</button></main>
  <dialog id="first" aria-label="First"><p>First</p></dialog>`

interface Stage {
  site: BannerSite
  page: Page
}

const stage = {} as Stage
let browser: Browser
let context: BrowserContext
let reports: string[]

/** A page of its own for each test of a file, none of which may break the site's policy. */
export function openBannerPages(): Stage {
  beforeAll(async () => {
    ;[stage.site, browser] = await Promise.all([startBannerSite(), launchBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    stage.site?.close()
  })
  beforeEach(async () => {
    const { site } = stage
    reports = []
    site.reported = (text) => reports.push(text)
    site.posted.length = 0
    site.body = orders
    site.css = 'body{margin:0}main{padding:24px}'
    context = await browser.newContext()
    const page = await context.newPage()
    stage.page = page
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404'))
        reports.push(message.text())
    })
    page.on('pageerror', (error) => reports.push(error.message))
  })
  afterEach(async () => {
    await context.close()
    expect(reports).toEqual([])
  })
  return stage
}

type Soon<T> = ReturnType<typeof expect.poll<T>>

export function expectSoon<T>(read: () => Promise<T>): Soon<T> {
  return expect.poll(read)
}

export const hook = (name: string): Locator => stage.page.getByTestId(`impersonation-${name}`)

export async function open(session: object = {}, options: object = {}): Promise<void> {
  const { page, site } = stage
  await page.goto(site.origin)
  await page.evaluate(`mount(${JSON.stringify(session)}, ${JSON.stringify(options)})`)
  await expectSoon(() => page.evaluate('imp.visible')).toBeDefined()
}

export async function expectReported(visible: boolean): Promise<void> {
  await expectSoon(() => stage.page.evaluate('imp.visible')).toBe(visible)
}
