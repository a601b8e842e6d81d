import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { axe } from '../support/browser.ts'
import { freshCode, PASSWORD } from '../support/visitor.ts'
import type { SignedIn, Stage } from './ui-stage.ts'
import { openStage, openWindow, signedIn } from './ui-stage.ts'

// A browser on a busy machine takes its time; nothing here waits for a clock.
vi.setConfig({ testTimeout: 60_000 })

let stage: Stage
let root: SignedIn
let context: BrowserContext | undefined
let page: Page
let complaints: readonly string[]

beforeAll(async () => {
  stage = await openStage()
  root = await signedIn(stage)
  await enter(root)
})
afterAll(async () => {
  await stage?.close()
})
async function enter(state?: SignedIn): Promise<void> {
  await context?.close()
  ;({ context, page, complaints } = await openWindow(stage, state))
}

const open = (path: string): Promise<unknown> => page.goto(stage.panel + path)

async function expectAccessible(): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  expect(await axe(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  // The same elements: only their colours are others.
  const { violations } = await new AxeBuilder({ page }).withRules(['color-contrast']).analyze()
  expect(violations).toEqual([])
}

/** Address, H1, and something that is there once the page has what it shows. */
const pages = [
  ['/', 'Overview', 'The last seven days'],
  ['/users', 'Users', 'agent@acme.test'],
  ['/users/usr_jane', 'Jane Doe', 'Members of Northwind'],
  ['/users/usr_jane?tab=sessions', 'Jane Doe', 'Not signed in anywhere'],
  ['/users/usr_jane?tab=apps', 'Jane Doe', 'Nobody has asked yet'],
  ['/users/usr_jane?tab=impersonations', 'Jane Doe', 'SUP-1234'],
  ['/users/usr_jane?tab=audit', 'Jane Doe', 'user.viewed'],
  ['/users/usr_jane?impersonate=1', 'Jane Doe', 'Also change things as Jane Doe.'],
  ['/applications', 'Applications', 'Acme Billing'],
  ['/impersonations', 'Impersonations', 'leilani@adventure.test'],
  ['/impersonations?status=ended', 'Impersonations', 'Time was up'],
  ['/audit', 'Audit log', 'usr_jane'],
  ['/audit?outcome=failure', 'Audit log', 'acme-portal'],
  ['/settings', 'Settings', 'impersonation_seconds'],
  ['/nowhere', 'Not found', 'There is no such page'],
] as const

describe('Each page of the panel', () => {
  it.each(pages)('%s is called %s, is accessible, and breaks no policy', async (path, h1, seen) => {
    await open(path)
    await page.getByText(seen).first().waitFor()
    expect(await page.locator('h1').allTextContents()).toEqual([h1])
    expect(await page.title()).toBe(`${h1} · Understudy`)
    await expectAccessible()
    expect(complaints).toEqual([])
  })

  it('of a list that is filtered can be sent to a colleague', async () => {
    await open('/users')
    await page.getByLabel('Status').selectOption('disabled')
    await page.getByLabel('Search', { exact: true }).fill('northwind')
    await page.getByText('derek@northwind.test').waitFor()
    await expect.poll(() => page.url()).toBe(`${stage.panel}/users?status=disabled&q=northwind`)
    await page.reload()
    await page.getByText('derek@northwind.test').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.getByLabel('Search', { exact: true }).fill('nobody is called that')
    await page.getByText('Nothing matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).last().click()
    await page.getByText('agent@acme.test').waitFor()
    expect(page.url()).toBe(`${stage.panel}/users`)
  })

  it('of a list goes on and back', async () => {
    await open('/users')
    await page.getByText('1–25').waitFor()
    const first = await page.locator('tbody tr').first().textContent()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByText('26–47 of 47').waitFor()
    expect(await page.locator('tbody tr').first().textContent()).not.toBe(first)
    await page.getByRole('button', { name: 'Previous page' }).click()
    await page.getByText('1–25').waitFor()
    expect(await page.locator('tbody tr').first().textContent()).toBe(first)
  })

  it('keeps no token in the browser', async () => {
    await enter(root)
    await open('/users/usr_jane')
    await page.getByText('Members of Northwind').waitFor()
    const kept = await page.evaluate(`(async () => ({
      // The router remembers how far pages were scrolled.
      session: Object.keys(sessionStorage).filter((name) => !name.startsWith('tsr-scroll')),
      local: Object.keys(localStorage),
      cookie: document.cookie,
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
    }))()`)
    expect(kept).toEqual({ session: [], local: [], cookie: '', databases: [], caches: [] })
  })
})

describe('The panel', () => {
  it('speaks German, and remembers it', async () => {
    await enter(root)
    await open('/settings')
    await page.getByRole('button', { name: 'Robin Larsson' }).click()
    await page.getByRole('menuitem', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('de')
    await expectAccessible()
  })

  it('says which access is missing, and which roles there are', async () => {
    await enter(await signedIn(stage, 'agent@acme.test'))
    await open('/audit')
    await page.getByText('You may not see this').waitFor()
    const text = await page.locator('main').textContent()
    expect(text).toContain('read_audit')
    expect(text).toContain('support_agent')
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0)
    expect(await page.getByLabel('Actor id').count()).toBe(0)
    await expectAccessible()
  })

  it('says what is wrong, why, and under which id', async () => {
    await enter(root)
    await open('/audit?from=nonsense')
    const alert = page.getByRole('alert')
    await alert.getByText('These filters do not work').waitFor()
    expect(await alert.textContent()).toMatch(/One of the values.*Clear the filters.*req_/)
    await alert.getByRole('button', { name: 'Try again' }).waitFor()
    await expectAccessible()
  })

  it('says so when there is no network, and keeps what it has', async () => {
    await open('/impersonations')
    await page.getByText('leilani@adventure.test').waitFor()
    await context?.setOffline(true)
    await page.getByText('You are offline. What you see may be old.').waitFor()
    expect(await page.getByText('leilani@adventure.test').count()).toBe(1)
    await expectAccessible()
    await context?.setOffline(false)
  })

  it('asks to sign in again when the session has ended, and goes on where it was', async () => {
    await enter(await signedIn(stage))
    await open('/users/usr_jane?impersonate=1')
    await page.getByLabel('Reason').fill('cannot see charger 12')
    await context?.clearCookies()
    await page.getByLabel('Acme Billing').click()
    const dialog = page.getByRole('dialog', { name: 'You have been signed out' })
    await dialog.waitFor()
    await expectAccessible()
    await dialog.getByRole('button', { name: 'Sign in again' }).click()
    await page.getByLabel('E-mail').fill('root@acme.test')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByLabel('6-digit code').fill(await freshCode(stage.booted, 'root@acme.test'))
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('dialog', { name: 'Impersonate Jane Doe' }).waitFor()
    expect(await page.getByLabel('Reason').inputValue()).toBe('cannot see charger 12')
    expect(await page.getByLabel('Acme Billing').isChecked()).toBe(true)
  })

  it('opens nothing to somebody who is not signed in', async () => {
    await enter()
    await open('/audit?outcome=denied')
    const link = page.getByRole('link', { name: 'Sign in' })
    await link.waitFor()
    expect(await link.getAttribute('href')).toBe(
      '/auth/login?return_to=%2Faudit%3Foutcome%3Ddenied',
    )
    await expectAccessible()
    expect(complaints).toEqual([])
  })

  it('can be skipped through, and found in, with keys', async () => {
    await enter(root)
    await open('/settings')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    for (const keys of ['/', 'Control+k']) {
      await page.keyboard.press(keys)
      expect(await page.evaluate('document.activeElement.placeholder')).toBe('Search users')
      await page.evaluate('document.activeElement.blur()')
    }
  })
})
