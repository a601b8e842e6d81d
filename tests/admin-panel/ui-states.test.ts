import type { Request } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { axe } from '../support/browser.ts'
import { besides } from '../support/beside.ts'
import { auditEvent } from '../support/stores.ts'
import { onStage } from './on-stage.ts'

const ui = onStage()

/** Holds back what the panel answers at such a path until it is let go. */
async function hold(path: string): Promise<() => void> {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await ui.page.route(
    ({ pathname }) => pathname === path,
    async (route) => {
      await held
      // The page may have gone elsewhere meanwhile.
      await route.continue().catch(() => undefined)
    },
  )
  return release
}

const foot = (): Promise<string | null> => ui.page.locator('.table-foot span').first().textContent()
const rows = (): Promise<string[]> => ui.page.locator('tbody tr').allTextContents()
const refreshed = (request: Request): boolean => {
  const { pathname, searchParams } = new URL(request.url())
  return pathname === '/api/impersonations' && searchParams.has('total')
}

describe('A list', () => {
  it('says how many there are, and stays as it is while another page is on its way', async () => {
    await ui.open('/users')
    await ui.page.getByText('1–25 of 47').waitFor()
    const before = await rows()
    const release = await hold('/api/users')
    const next = ui.page.getByRole('button', { name: 'Next page' })
    await next.click()
    await expect.poll(() => next.isDisabled()).toBe(true)
    expect([await foot(), await rows()]).toEqual(['1–25 of 47', before])
    release()
    await ui.page.getByText('26–47 of 47').waitFor()
    expect(await rows()).toHaveLength(22)
    // Somebody else's link to this page says what it knows.
    const later = ui.page.url()
    await ui.enter(ui.root)
    await ui.page.goto(later)
    await expect.poll(() => foot().catch(() => null)).toBe('22 of 47')
  })

  it('stops counting where it would take long', async () => {
    const beside = await besides(ui.stage.booted)
    await beside.sql(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 10001)
      insert into audit_event (id, at, action, outcome, details)
      select printf('aud_0%035d', i), 1000000000000 + i, 'key.rotated', 'success', '{}' from n`)
    await beside.close()
    await ui.open('/audit?action=key.rotated')
    await expect.poll(() => foot().catch(() => null)).toBe('1–25 of 10,000+')
  })

  it('shows grey lines only when it takes a while', async () => {
    const release = await hold('/api/users')
    await ui.open('/users')
    await ui.page.getByRole('status').getByText('Loading').waitFor({ state: 'attached' })
    expect(await ui.page.locator('.mantine-Skeleton-root').count()).toBe(6)
    expect(await axe(ui.page)).toEqual([])
    release()
    await ui.page.getByText('agent@acme.test').waitFor()
    expect(await ui.page.locator('.mantine-Skeleton-root').count()).toBe(0)
  })

  it('that cannot be refreshed says since when it is old, and is new again when asked', async () => {
    await ui.page.clock.install()
    await ui.open('/impersonations')
    await ui.page.getByText('leilani@adventure.test').waitFor()
    await ui.context.setOffline(true)
    await ui.page.clock.fastForward(31_000)
    const stale = ui.page.getByText(/^This could not be refreshed. What you see is from \d/)
    await stale.waitFor()
    expect(await ui.page.getByText('leilani@adventure.test').count()).toBe(1)
    expect(await axe(ui.page)).toEqual([])
    await ui.context.setOffline(false)
    await ui.page.getByRole('button', { name: 'Try again' }).click()
    await stale.waitFor({ state: 'detached' })
  })

  it('is a table that says how it is sorted, with moments in UTC on hovering', async () => {
    await ui.open('/impersonations')
    await ui.page.getByText('leilani@adventure.test').waitFor()
    const sorted = ui.page.locator('th[scope="col"][aria-sort="descending"]')
    expect(await sorted.allTextContents()).toEqual(['Started'])
    const moment = ui.page.locator('tbody time').first()
    const at = (await moment.getAttribute('datetime')) ?? ''
    const utc = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
    expect(await moment.getAttribute('title')).toBe(utc)
  })
})

/** As the browser does it when another tab is chosen. */
const turn = (state: 'hidden' | 'visible'): Promise<unknown> =>
  ui.page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)

describe('The list of impersonations', () => {
  it('is not refreshed while it is paused, covered by a dialog, or not seen', async () => {
    const asked: string[] = []
    ui.page.on('request', (request) => {
      if (refreshed(request)) asked.push(request.url())
    })
    await ui.page.clock.install()
    await ui.open('/impersonations')
    await ui.page.getByText('leilani@adventure.test').waitFor()
    await expect
      .poll(() => ui.page.getByRole('tab', { name: 'Active' }).textContent())
      .toBe('Active1')
    const later = async (): Promise<number> => {
      const before = asked.length
      // The count in the navigation goes on: once it is there, the list would have been asked for.
      const counted = ui.page.waitForResponse((answer) => answer.url().includes('limit=100'))
      await ui.page.clock.fastForward(31_000)
      await counted
      return asked.length - before
    }
    expect(asked).toHaveLength(1)
    await ui.page.getByRole('button', { name: 'Details of acting as Leilani Kealoha' }).click()
    await ui.page.getByRole('dialog').getByText('impersonation.started').waitFor()
    expect(await later()).toBe(0)
    await ui.page.keyboard.press('Escape')
    await ui.page.getByRole('dialog').waitFor({ state: 'detached' })
    await ui.page.getByRole('button', { name: 'Pause' }).click()
    await ui.page.getByText(/^Paused · updated/).waitFor()
    expect(await later()).toBe(0)
    await ui.page.getByRole('button', { name: 'Resume' }).click()
    await ui.page.clock.fastForward(31_000)
    await expect.poll(() => asked.length).toBe(2)
    // A tab that comes back is refreshed at once, and only once.
    await turn('hidden')
    await ui.page.clock.fastForward(31_000)
    await ui.page.clock.fastForward(31_000)
    await turn('visible')
    await expect.poll(() => asked.length).toBe(3)
  })
})

describe('The dialog to impersonate', () => {
  it('is ready to be written in also when it is opened by its address', async () => {
    await ui.open('/users/usr_jane?impersonate=1')
    const isFocused = 'document.activeElement === document.querySelector("textarea")'
    await expect.poll(() => ui.page.evaluate(isFocused)).toBe(true)
  })
})

describe('The record of an impersonation', () => {
  it('says how often something was done, and when not all of it is shown', async () => {
    const { parts } = ui.stage.booted
    const { unitOfWork, audit } = parts.storage
    const ended = { status: 'ended', subject: 'usr_jane' } as const
    const { items } = await parts.impersonation.list(ended, { cursor: null, limit: 1 })
    const { id = '' } = items[0]?.impersonation ?? {}
    const flood = (times: number, details: Record<string, unknown>): Promise<void> =>
      unitOfWork.run(async () => {
        const event = { action: 'impersonation.request', impersonation: id, details } as const
        for (let n = 0; n < times; n++) await audit.record(auditEvent(event))
      })
    const truncated = ui.page.getByText('Of each kind of action the newest 1000 are shown.')
    await flood(1, { method: 'GET', route: '/invoices', count: 20 })
    await ui.open(`/impersonations?status=ended&record=${id}`)
    await ui.page.getByText('GET /invoices · 20 times').waitFor()
    expect(await truncated.count()).toBe(0)
    await flood(1000, { method: 'GET', route: '/orders' })
    await ui.page.reload()
    await truncated.waitFor()
  })
})
