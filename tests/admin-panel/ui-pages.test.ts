import { describe, expect, it } from 'vitest'
import { axe } from '../support/browser.ts'
import { PASSWORD } from '../support/visitor.ts'
import { onStage } from './on-stage.ts'
import { giveCode, signedIn } from './ui-stage.ts'

const ui = onStage()

async function expectAccessible(): Promise<void> {
  await ui.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await ui.page.locator('html[data-mantine-color-scheme="light"]').waitFor()
  expect(await axe(ui.page)).toEqual([])
  await ui.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await ui.page.locator('html[data-mantine-color-scheme="dark"]').waitFor()
  // The same elements: only their colours are others.
  expect(await axe(ui.page, ['color-contrast'])).toEqual([])
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
    await ui.open(path)
    await ui.page.getByText(seen).first().waitFor()
    await expect.poll(() => ui.page.locator('h1').allTextContents()).toEqual([h1])
    await expect.poll(() => ui.page.title()).toBe(`${h1} · Understudy`)
    await expectAccessible()
    expect(ui.complaints).toEqual([])
  })

  it('of a list that is filtered can be sent to a colleague', async () => {
    await ui.open('/users')
    await ui.page.getByLabel('Status').selectOption('disabled')
    await ui.page.getByLabel('Search', { exact: true }).fill('northwind')
    await ui.page.getByText('derek@northwind.test').waitFor()
    await expect
      .poll(() => ui.page.url())
      .toBe(`${ui.stage.panel}/users?status=disabled&q=northwind`)
    await ui.page.reload()
    await ui.page.getByText('derek@northwind.test').waitFor()
    await expect.poll(() => ui.page.locator('tbody tr').count()).toBe(1)
    await ui.page.getByLabel('Search', { exact: true }).fill('nobody is called that')
    await ui.page.getByText('Nothing matches').waitFor()
    await ui.page.getByRole('button', { name: 'Clear filters' }).last().click()
    await ui.page.getByText('agent@acme.test').waitFor()
    await expect.poll(() => ui.page.url()).toBe(`${ui.stage.panel}/users`)
  })

  it('of a list goes on and back', async () => {
    await ui.open('/users')
    await ui.page.getByText('1–25').waitFor()
    const first = await ui.page.locator('tbody tr').first().textContent()
    await ui.page.getByRole('button', { name: 'Next page' }).click()
    await ui.page.getByText('26–47 of 47').waitFor()
    expect(await ui.page.locator('tbody tr').first().textContent()).not.toBe(first)
    await ui.page.getByRole('button', { name: 'Previous page' }).click()
    await ui.page.getByText('1–25').waitFor()
    expect(await ui.page.locator('tbody tr').first().textContent()).toBe(first)
  })

  it('keeps no token in the browser', async () => {
    await ui.open('/users/usr_jane')
    await ui.page.getByText('Members of Northwind').waitFor()
    const kept = await ui.page.evaluate(`(async () => ({
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
    await ui.open('/settings')
    await ui.page.getByRole('button', { name: 'Robin Larsson' }).click()
    await ui.page.getByRole('menuitem', { name: 'Deutsch' }).click()
    await ui.page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    await ui.page.reload()
    await ui.page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(await ui.page.evaluate('document.documentElement.lang')).toBe('de')
    await expectAccessible()
  })

  it('says which access is missing, and which roles there are', async () => {
    await ui.enter(await signedIn(ui.stage, 'agent@acme.test'))
    await ui.open('/audit')
    await ui.page.getByText('You may not see this').waitFor()
    const text = await ui.page.locator('main').textContent()
    expect(text).toContain('read_audit')
    expect(text).toContain('support_agent')
    expect(await ui.page.getByRole('link', { name: 'Audit log' }).count()).toBe(0)
    expect(await ui.page.getByLabel('Actor id').count()).toBe(0)
    await expectAccessible()
  })

  it('says what is wrong, why, and under which id', async () => {
    await ui.open('/audit?from=nonsense')
    const alert = ui.page.getByRole('alert')
    await alert.getByText('These filters do not work').waitFor()
    expect(await alert.textContent()).toMatch(/One of the values.*Clear the filters.*req_/)
    await alert.getByRole('button', { name: 'Try again' }).waitFor()
    await expectAccessible()
  })

  it('says so when there is no network, and keeps what it has', async () => {
    await ui.open('/impersonations')
    await ui.page.getByText('leilani@adventure.test').waitFor()
    await ui.context.setOffline(true)
    await ui.page.getByText('You are offline. What you see may be old.').waitFor()
    expect(await ui.page.getByText('leilani@adventure.test').count()).toBe(1)
    await expectAccessible()
    await ui.context.setOffline(false)
  })

  it('asks to sign in again when the session has ended, and goes on where it was', async () => {
    await ui.open('/users/usr_jane?impersonate=1')
    await ui.page.getByLabel('Reason').fill('cannot see charger 12')
    await ui.context.clearCookies()
    await ui.page.getByLabel('Acme Billing').click()
    const dialog = ui.page.getByRole('dialog', { name: 'You have been signed out' })
    await dialog.waitFor()
    await expectAccessible()
    await dialog.getByRole('button', { name: 'Sign in again' }).click()
    await ui.page.getByLabel('E-mail').fill('root@acme.test')
    await ui.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await ui.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await giveCode(ui.stage, ui.page, 'root@acme.test')
    await ui.page.getByRole('dialog', { name: 'Impersonate Jane Doe' }).waitFor()
    expect(await ui.page.getByLabel('Reason').inputValue()).toBe('cannot see charger 12')
    expect(await ui.page.getByLabel('Acme Billing').isChecked()).toBe(true)
  })

  it('opens nothing to somebody who is not signed in', async () => {
    await ui.enter()
    await ui.open('/audit?outcome=denied')
    const link = ui.page.getByRole('link', { name: 'Sign in' })
    await link.waitFor()
    expect(await link.getAttribute('href')).toBe(
      '/auth/login?return_to=%2Faudit%3Foutcome%3Ddenied',
    )
    await expectAccessible()
    expect(ui.complaints).toEqual([])
  })

  it('can be skipped through, and found in, with keys', async () => {
    await ui.open('/settings')
    await ui.page.getByRole('heading', { name: 'Settings' }).waitFor()
    await ui.page.keyboard.press('Tab')
    await ui.page.keyboard.press('Enter')
    await expect.poll(() => ui.page.evaluate('document.activeElement.id')).toBe('main')
    for (const keys of ['/', 'Control+k']) {
      await ui.page.keyboard.press(keys)
      await expect
        .poll(() => ui.page.evaluate('document.activeElement.placeholder'))
        .toBe('Search users')
      await ui.page.evaluate('document.activeElement.blur()')
    }
  })
})
