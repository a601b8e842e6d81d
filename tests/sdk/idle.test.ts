import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { accessToken, started, stateOf } from '../support/sdk-app.ts'
import type { Reply, ScriptedIssuer } from '../support/sdk-issuer.ts'
import { openClockedApp } from './clocked-app.ts'
import { copyOf } from './site.ts'

const ASKED = '/api/v1/impersonation'

const stage = openClockedApp((context) =>
  context.addInitScript(() => {
    Object.defineProperty(document, 'visibilityState', {
      get: () => (Reflect.get(window, 'hidden') === true ? 'hidden' : 'visible'),
    })
  }),
)
let issuer: ScriptedIssuer
let context: BrowserContext
let page: Page

beforeEach(() => {
  ;({ issuer, context, page } = stage)
})

const paths = (): string[] => issuer.asked.map(({ path }) => path)

const revoke = (): void => {
  issuer.script = () => ({ status: 401, body: { code: 'IMPERSONATION_ENDED' } })
}

/** Second by second, since each tab has a clock of its own, and none may run far ahead. */
const pass = async (seconds: number, isEnough = (): boolean => false): Promise<void> => {
  for (let second = 0; second < seconds && !isEnough(); second += 1)
    await context.clock.runFor('00:01')
}

/** On to the questions of the next minute, of which there are none in its first three quarters. */
const nextMinute = async (questions: number): Promise<void> => {
  const before = issuer.countOf(ASKED)
  await context.clock.fastForward('00:45')
  expect(issuer.countOf(ASKED)).toBe(before)
  const isAsked = (): boolean => issuer.countOf(ASKED) >= before + questions
  await pass(20, isAsked)
  await expect.poll(isAsked).toBe(true)
}

/** So many tabs that have just heard the issuer's word, however long it took to open them. */
const openTabs = async (count: number): Promise<Page[]> => {
  const tabs = [page]
  while (tabs.length < count) tabs.push(await copyOf(page, context))
  issuer.asked.length = 0
  await context.clock.fastForward('00:06')
  await tell('focus')
  await expect.poll(paths).toEqual([ASKED])
  issuer.asked.length = 0
  return tabs
}

const be = (what: 'hidden' | 'seen'): Promise<void> =>
  page.evaluate((now) => {
    Reflect.set(window, 'hidden', now === 'hidden')
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, what)

const tell = (...events: string[]): Promise<void> =>
  page.evaluate((names) => {
    for (const name of names) window.dispatchEvent(new Event(name))
  }, events)

describe('A tab in which nobody does anything', () => {
  it('hears of a revoke within a minute, by one question for all five of them', async () => {
    const tabs = await openTabs(5)
    await context.clock.fastForward('00:45')
    expect(paths()).toEqual([])
    revoke()
    await pass(15)
    for (const tab of tabs) {
      await tab.locator('main').waitFor()
      expect(await stateOf(tab)).toEqual({ status: 'ended', code: null, reason: 'revoked' })
      expect(await tab.evaluate(() => window.sessionStorage.length)).toBe(0)
    }
    expect(paths()).toEqual([ASKED])
  })

  it('asks once a minute while it is seen, in five tabs as in one', async () => {
    const tabs = await openTabs(5)
    for (let minute = 1; minute <= 3; minute += 1) {
      await nextMinute(1)
      expect(paths()).toEqual(Array.from({ length: minute }, () => ASKED))
    }
    for (const tab of tabs) expect(await stateOf(tab)).toMatchObject({ status: 'active' })
  })

  it('asks nobody while nobody sees it, and once when somebody comes back', async () => {
    await be('hidden')
    issuer.asked.length = 0
    await context.clock.fastForward('03:00')
    await tell('focus', 'online')
    await context.clock.runFor('01:00')
    expect(paths()).toEqual([])
    revoke()
    await be('seen')
    await tell('focus')
    await page.locator('main').waitFor()
    expect(await stateOf(page)).toEqual({ status: 'ended', code: null, reason: 'revoked' })
    expect(paths()).toEqual([ASKED])
    await context.clock.runFor('02:00')
    await tell('focus', 'online')
    expect(paths()).toEqual([ASKED])
  })

  it('renews what is stale before it asks, and sends no token that nobody knows', async () => {
    issuer.asked.length = 0
    await context.clock.fastForward('04:35')
    await expect.poll(paths).toEqual(['/token', ASKED])
    expect(issuer.asked.at(-1)).toMatchObject({ authorization: 'Bearer access-2' })
    expect(await stateOf(page)).toMatchObject({ status: 'active' })
  })

  it.each(['focus', 'online'])('asks at %s, but not again right after', async (event) => {
    issuer.asked.length = 0
    // From here on the clock stands still unless it is told to go on.
    await context.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000)
    await tell(event, event, 'focus', 'online')
    await be('seen')
    await expect.poll(paths).toEqual([ASKED])
    await tell(event)
    await context.clock.runFor('00:03')
    await tell(event)
    expect(paths()).toEqual([ASKED])
  })

  const html = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><h1>Sign in' }
  const odd: readonly (readonly [string, Reply])[] = [
    ['404', { status: 404, ...html }],
    ['403', { status: 403, ...html }],
    ['408', { status: 408 }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
    ['a page', html],
    ['another JSON', { body: { id: 'imp_2', expires_at: new Date().toISOString() } }],
    ['401 without a code', { status: 401, body: {} }],
  ]
  it.each(odd)('lives on after %s, which says nothing of it, and asks again', async (_, reply) => {
    const [, copy = page] = await openTabs(2)
    const token = await accessToken(page)
    const asks = reply.status === 401 ? 2 : 1
    issuer.script = ({ path }) => (path === ASKED ? reply : null)
    for (let minute = 1; minute <= 2; minute += 1) {
      await nextMinute(asks)
      expect(issuer.countOf(ASKED)).toBe(minute * asks)
    }
    for (const tab of [page, copy]) {
      expect(await tab.evaluate(() => window.seen)).toEqual(['pending', 'active'])
      expect((await accessToken(tab)) === token).toBe(reply.status !== 401)
    }
    await expect.poll(() => accessToken(page)).toBe(await accessToken(copy))
    expect(issuer.countOf('/token')).toBe(reply.status === 401 ? 2 : 0)
    expect(issuer.countOf(`${ASKED}/end`)).toBe(0)
    revoke()
    await context.clock.fastForward('00:45')
    await pass(20)
    for (const tab of [page, copy]) {
      await tab.locator('main').waitFor()
      expect(await stateOf(tab)).toEqual({ status: 'ended', code: null, reason: 'revoked' })
    }
  })

  it.each(odd)('lives on after %s to its renewal, and after that to a reload', async (_, reply) => {
    const copy = await copyOf(page, context)
    const before = issuer.countOf('/token')
    issuer.script = ({ path }) => (path === '/token' ? reply : null)
    await context.clock.fastForward('04:35')
    await expect.poll(() => issuer.countOf('/token')).toBeGreaterThan(before)
    issuer.script = () => reply
    await copy.reload()
    expect(await started(copy)).toBe('ISSUER_FAILED')
    expect(await page.evaluate(() => window.seen)).toEqual(['pending', 'active'])
    issuer.script = () => null
    expect(await accessToken(page)).toMatch(/^access-/)
    await copy.reload()
    expect(await started(copy)).toBe('imp_1')
    expect(await accessToken(copy)).toBe(await accessToken(page))
  })

  it('waits for an answer, and does not ask beside it', async () => {
    issuer.asked.length = 0
    issuer.script = () => 'hang'
    await context.clock.fastForward('00:06')
    await tell('focus')
    await expect.poll(paths).toEqual([ASKED])
    for (const event of ['focus', 'online']) {
      await context.clock.fastForward('00:06')
      await tell(event)
    }
    await context.clock.runFor('00:01')
    expect(paths()).toEqual([ASKED])
    expect(await stateOf(page)).toMatchObject({ status: 'active' })
  })
})
