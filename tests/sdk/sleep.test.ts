import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { accessToken, started, stateOf } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { openClockedApp } from './clocked-app.ts'
import { copyOf } from './site.ts'

const stage = openClockedApp()
let issuer: ScriptedIssuer
let context: BrowserContext
let page: Page

beforeEach(() => {
  ;({ issuer, context, page } = stage)
})

const paths = (): string[] => issuer.asked.map(({ path }) => path)

const remaining = (at = page): Promise<number> =>
  at.evaluate(() => window.imp.state.session?.remaining() ?? 0)

/** Turns `Date` of every page; the steady clock stays where it is, and timers go on from there. */
const turn = async (milliseconds: number): Promise<void> => {
  const now = await page.evaluate(() => Date.now())
  await context.clock.setSystemTime(now + milliseconds)
  await context.clock.runFor(1500)
}

/** The issuer after the end: the access token is unknown, the refresh token is not good any more. */
const beOver = (): void => {
  issuer.script = ({ path }) =>
    path === '/token'
      ? { status: 400, body: { error: 'invalid_grant' } }
      : { status: 401, body: {} }
}

const endedScreen = async (at: Page): Promise<void> => {
  const screen = at.locator('main')
  await screen.waitFor()
  expect(await screen.getByRole('alert').textContent()).toContain('Impersonation ended')
  expect(await at.locator('body').textContent()).not.toContain('Jane')
  expect(await at.evaluate(() => window.sessionStorage.length)).toBe(0)
}

describe('A laptop that slept for 31 minutes', () => {
  it('shows the end without asking anybody, where its steady clock went on', async () => {
    issuer.asked.length = 0
    await context.clock.fastForward('31:00')
    await endedScreen(page)
    expect(await stateOf(page)).toEqual({ status: 'ended', code: null, reason: 'expired' })
    await context.clock.runFor('10:00')
    expect(issuer.asked).toEqual([])
  })

  it('asks once and shows the end, where its steady clock stood still', async () => {
    beOver()
    issuer.asked.length = 0
    await turn(31 * 60_000)
    await endedScreen(page)
    expect(await stateOf(page)).toEqual({ status: 'ended', code: null, reason: 'expired' })
    await context.clock.runFor('10:00')
    expect(paths()).toEqual(['/api/v1/impersonation', '/token'])
  })

  it('wakes five tabs of it without a storm: one refresh for all of them', async () => {
    const tabs = [page]
    while (tabs.length < 5) tabs.push(await copyOf(page, context))
    beOver()
    issuer.asked.length = 0
    await turn(31 * 60_000)
    for (const tab of tabs) await endedScreen(tab)
    await context.clock.runFor('10:00')
    expect(paths().filter((path) => path === '/token')).toHaveLength(1)
    // One question, but for tabs whose clock was turned a moment after that.
    expect(paths().length).toBeLessThanOrEqual(6)
  })

  it('goes on after a nap within the time, with one question', async () => {
    issuer.asked.length = 0
    await turn(10 * 60_000)
    await expect.poll(paths).toEqual(['/api/v1/impersonation'])
    await context.clock.runFor('00:30')
    expect(await stateOf(page)).toEqual({ status: 'active', code: null, reason: undefined })
    expect(paths()).toEqual(['/api/v1/impersonation'])
  })
})

describe('A clock that somebody turns', () => {
  it.each([1, -1])('by %i h changes nothing but for one question', async (hours) => {
    const before = await remaining()
    issuer.asked.length = 0
    await turn(hours * 3_600_000)
    await expect.poll(paths).toEqual(['/api/v1/impersonation'])
    await context.clock.runFor('00:40')
    expect(await stateOf(page)).toEqual({ status: 'active', code: null, reason: undefined })
    expect(before - (await remaining())).toBeGreaterThanOrEqual(40_000)
    expect(before - (await remaining())).toBeLessThan(80_000)
    expect(await accessToken(page)).toBe('access-1')
    expect(paths()).toEqual(['/api/v1/impersonation'])
    expect(await page.evaluate(() => window.seen)).toEqual(['pending', 'active'])
  })

  it.each([1, -1])('by %i h costs the next page at most a refresh', async (hours) => {
    await turn(hours * 3_600_000)
    await page.reload()
    expect(await started(page)).toBe('imp_1')
    expect(await remaining()).toBeGreaterThan(1_700_000)
    expect(await remaining()).toBeLessThanOrEqual(1_801_000)
    expect(issuer.countOf('/token')).toBeLessThanOrEqual(2)
  })
})

describe('A tab that crashes while it refreshes', () => {
  it('leaves the turn to the next one', async () => {
    const copy = await copyOf(page, context)
    // Tabs that nobody sees ask nothing by themselves, whose clock ever jumps first.
    for (const tab of [page, copy]) {
      await tab.evaluate(() =>
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' }),
      )
    }
    await context.clock.fastForward('04:40')
    const before = issuer.countOf('/token')
    issuer.script = ({ path }, count) => (path === '/token' && count === before + 1 ? 'hang' : null)
    void accessToken(page).catch(() => null)
    await expect.poll(() => issuer.countOf('/token')).toBe(before + 1)
    const waiting = accessToken(copy)
    const crashed = page.waitForEvent('crash')
    const devTools = await context.newCDPSession(page)
    void devTools.send('Page.crash').catch(() => null)
    await crashed
    expect(await waiting).toMatch(/^access-/)
    expect(issuer.countOf('/token')).toBe(before + 2)
    expect(await copy.evaluate(() => window.seen)).toEqual(['pending', 'active'])
  })
})
