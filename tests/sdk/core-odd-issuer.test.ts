import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SdkApp } from '../support/sdk-app.ts'
import { accessToken, started, stateOf } from '../support/sdk-app.ts'
import type { Reply, ScriptedIssuer } from '../support/sdk-issuer.ts'
import { LINK, open, openOddPages, TOKEN, use } from './odd-page.ts'
import { patientTabs } from './patient-tabs.ts'

const stage = openOddPages()
let app: SdkApp
let attacker: SdkApp
let issuer: ScriptedIssuer
let context: BrowserContext
let page: Page
let complaints: string[]

beforeEach(() => {
  ;({ app, attacker, issuer, context, page, complaints } = stage)
})

/** A second tab with a copy of the first one's sessionStorage, as "Duplicate tab" makes it. */
async function duplicate(): Promise<Page> {
  const [copy] = await Promise.all([
    context.waitForEvent('page'),
    page.evaluate(() => void window.open('/')),
  ])
  await copy.waitForFunction(() => 'started' in window)
  return copy
}

const bad = (body: unknown, more: Partial<Reply> = {}): Reply => ({ body, ...more })

describe('A link', () => {
  it('H01 to an ordinary sign-in is refused, and its tokens are revoked', async () => {
    issuer.claims = { act: undefined, impersonation_id: undefined }
    use('ownSession: () => true')
    expect(await open(LINK)).toBe('IMPERSONATION_NOT_CONFIRMED')
    const revoked = issuer.asked.filter(({ path }) => path === '/token/revocation')
    expect(revoked.map(({ form }) => form.get('token'))).toEqual(['refresh-1', 'access-1'])
    expect(await page.evaluate(() => window.sessionStorage.length)).toBe(0)
    expect(await accessToken(page)).toBe('NOT_IMPERSONATING')
    expect(await page.evaluate(() => window.imp.token(async () => 'own'))).toBe('own')
  })

  it('H02 takes the place of a sign-in only after a yes, which is not the default', async () => {
    use('ownSession: () => true')
    for (const answer of ['Enter', 'Escape', 'Impersonate'] as const) {
      await page.goto(app.origin + LINK)
      const dialog = page.getByRole('alertdialog')
      await dialog.waitFor()
      const text = (await dialog.textContent()) ?? ''
      for (const name of ['jane@customer.test', 'root@acme.test', 'Portal'])
        expect(text).toContain(name)
      if (answer === 'Impersonate') await page.getByRole('button', { name: answer }).click()
      else await page.keyboard.press(answer)
      const isYes = answer === 'Impersonate'
      expect(await started(page)).toBe(isYes ? 'imp_1' : 'SWITCH_DECLINED')
      expect(issuer.countOf('/api/v1/impersonation/end')).toBe(answer === 'Enter' ? 1 : 2)
    }
    expect(complaints).toEqual([])
  })

  it('H06 in a frame of another page is refused', async () => {
    attacker.head = `<iframe src="${app.origin}${LINK}"></iframe>`
    await page.goto(attacker.origin)
    const frame = page.frames()[1]
    expect(await frame?.evaluate(() => window.started)).toBe('FRAMED')
    expect(issuer.asked).toEqual([])
  })

  it('H07 is refused for numbers that are none, and others decide nothing', async () => {
    for (const odd of ['-1', 'NaN', '1e309', '', '0x10', '1.5']) {
      expect(await open(`${LINK}&refresh_token_expires_on=${odd}`)).toBe('LINK_INVALID')
      expect(await open(`${LINK}&refresh_token_expires_in=${odd}`)).toBe('LINK_INVALID')
    }
    expect(issuer.asked).toEqual([])
    const far = '&refresh_token_expires_on=9999999999&refresh_token_expires_in=99999999999999'
    expect(await open(LINK + far)).toBe('imp_1')
    expect(await page.evaluate(() => window.imp.state.session?.remaining())).toBeLessThan(1.81e6)
  })

  it('H08 that is ambiguous is refused, and an authorization response is left alone', async () => {
    const odd = [
      `${LINK}&code=abc`,
      `${LINK}&state=abc`,
      `${LINK}&error=access_denied`,
      `${LINK}&refresh_token=${TOKEN}`,
      `${LINK}#refresh_token=${TOKEN}`,
      `/callback?refresh_token[]=${TOKEN}`,
      `/callback?refresh_token%5B0%5D=${TOKEN}`,
      `/callback?Refresh_Token=${TOKEN}`,
      `/callback?refresh_token=`,
    ]
    for (const path of odd) {
      expect(await open(path)).toBe('LINK_INVALID')
      expect(page.url()).not.toMatch(/refresh_token/i)
      await page.goto('about:blank')
    }
    expect(await open('/callback?code=abc&state=x')).toBeNull()
    expect(page.url()).toBe(`${app.origin}/callback?code=abc&state=x`)
    expect(issuer.asked).toEqual([])
  })

  it('leaves the rest of the address byte for byte, and works nowhere but at its path', async () => {
    expect(await open(`/elsewhere?a=%20b&refresh_token=${TOKEN}&c=+#/route`)).toBeNull()
    expect(page.url()).toBe(`${app.origin}/elsewhere?a=%20b&c=+#/route`)
    expect(await page.evaluate(() => window.addressAfterStart)).toBe(page.url())
    expect(issuer.asked).toEqual([])
  })

  it('H22 comes by address only: messages are ignored', async () => {
    await page.goto(attacker.origin)
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate((to) => {
        const other = window.open(to)
        const message = { type: 'impersonation', refresh_token: 'a-token-of-somebody-else-01' }
        setInterval(() => other?.postMessage(message, '*'), 20)
      }, `${app.origin}${LINK}`),
    ])
    await opened.waitForFunction(() => 'started' in window)
    expect(await started(opened)).toBe('imp_1')
    expect(await opened.evaluate(() => window.opener as unknown)).toBeNull()
    expect(issuer.countOf('/token')).toBe(1)
  })
})

describe('A page', () => {
  it('that nobody sees does nothing but clean its address', async () => {
    await page.addInitScript(() => {
      Object.defineProperty(document, 'visibilityState', {
        configurable: true,
        get: () => (Reflect.get(window, 'shown') === true ? 'visible' : 'hidden'),
      })
    })
    await page.goto(app.origin + LINK)
    expect(page.url()).toBe(`${app.origin}/callback`)
    expect(await stateOf(page)).toMatchObject({ status: 'pending' })
    expect(issuer.asked).toEqual([])
    await page.evaluate(() => {
      Reflect.set(window, 'shown', true)
      document.dispatchEvent(new Event('visibilitychange'))
    })
    expect(await started(page)).toBe('imp_1')
  })

  it('with a bad link keeps the impersonation that runs in its tab', async () => {
    expect(await open(LINK)).toBe('imp_1')
    issuer.script = ({ path }) => (path === '/token' ? bad({ error: 'invalid_grant' }) : null)
    expect(await open(LINK)).toBe('imp_1')
    expect(await stateOf(page)).toMatchObject({ status: 'active', code: 'LINK_SPENT' })
  })
})

describe('The issuer’s answers', () => {
  const huge = `{"access_token":"${'x'.repeat(3_000_000)}"}`
  const cases: readonly [string, Reply | 'drop', string, number][] = [
    [
      'HTML',
      bad('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
      'ISSUER_FAILED',
      1,
    ],
    ['200 with an error', bad({ error: 'invalid_grant' }), 'LINK_SPENT', 1],
    ['invalid_grant', bad({ error: 'invalid_grant' }, { status: 400 }), 'LINK_SPENT', 1],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, 'ISSUER_FAILED', 1],
    ['huge JSON', bad(huge), 'ISSUER_FAILED', 1],
    ['no object', bad('null'), 'ISSUER_FAILED', 1],
    ['500', bad('oops', { status: 500 }), 'ISSUER_FAILED', 1],
    ['nothing', 'drop', 'ISSUER_UNREACHABLE', 2],
  ]

  it('H23 of the odd kinds give a typed error, and only the network is asked twice', async () => {
    for (const [name, reply, code, count] of cases) {
      issuer.asked.length = 0
      issuer.script = ({ path }) => (path === '/token' ? reply : null)
      expect([name, await open(LINK)]).toEqual([name, code])
      expect([name, issuer.countOf('/token')]).toEqual([name, count])
      expect(await stateOf(page)).toMatchObject({ status: 'error', code })
    }
    issuer.asked.length = 0
    issuer.script = ({ path }, count) => (path === '/token' && count === 1 ? 'drop' : null)
    expect(await open(LINK)).toBe('imp_1')
    expect(complaints).toEqual([])
  })

  it('about an impersonation that are odd end what was begun, and no second try replays the link', async () => {
    const times = { expires_at: new Date().toISOString() }
    const odd: readonly Reply[] = [
      bad('oops', { status: 503 }),
      bad({ id: 'imp_1', ...times }),
      bad({ id: 'imp_2', ...times }),
      bad({ id: 'imp_1', app: { client_id: 'spa' }, reason: 'x'.repeat(70_000), ...times }),
    ]
    for (const reply of odd) {
      issuer.asked.length = 0
      issuer.script = ({ path }) => (path === '/api/v1/impersonation' ? reply : null)
      expect(await open(LINK)).toBe('ISSUER_FAILED')
      expect(issuer.countOf('/api/v1/impersonation/end')).toBe(1)
      const again = await page.evaluate(() =>
        window.imp.start().catch((error: unknown) => (error as { code: string }).code),
      )
      expect(again).toBe(reply.status === 503 ? 'LINK_SPENT' : 'ISSUER_FAILED')
      expect(issuer.countOf('/token')).toBe(1)
      expect(await page.evaluate(() => window.sessionStorage.length)).toBe(0)
    }
    expect(complaints).toEqual([])
  })

  it('H24 for another issuer, app or user are refused, also at a refresh', async () => {
    const others = [{ iss: 'http://127.0.0.1:1' }, { aud: 'other' }, { aud: ['spa', 'other'] }]
    for (const claims of others) {
      issuer.claims = claims
      expect(await open(LINK)).toBe('ID_TOKEN_MISMATCH')
    }
    for (const claims of [...others, { sub: 'usr_eve' }, { act: { sub: 'usr_eve' } }]) {
      Object.assign(issuer, { claims: {}, expiresIn: 1e-9 })
      expect(await open(LINK)).toBe('imp_1')
      issuer.claims = claims
      expect(await accessToken(page)).toBe('ID_TOKEN_MISMATCH')
      expect(await stateOf(page)).toMatchObject({ status: 'error', code: 'ID_TOKEN_MISMATCH' })
      expect(await page.evaluate(() => window.sessionStorage.length)).toBe(0)
    }
  })
})

describe('Tabs', () => {
  it('H14 of one impersonation refresh once', async () => {
    await patientTabs(context)
    issuer.expiresIn = 2
    expect(await open(LINK)).toBe('imp_1')
    const pages = [page]
    for (let more = 0; more < 4; more += 1) pages.push(await duplicate())
    for (const one of pages) expect(await started(one)).toBe('imp_1')
    await page.waitForTimeout(2000)
    issuer.expiresIn = 300
    const before = issuer.countOf('/token')
    const tokens = await Promise.all(pages.map(accessToken))
    expect(new Set(tokens).size).toBe(1)
    expect(issuer.countOf('/token')).toBe(before + 1)
    await pages[3]?.evaluate(() => window.imp.end())
    for (const one of pages) {
      await one.waitForFunction(() => window.imp.state.status === 'ended')
      expect(await one.evaluate(() => window.sessionStorage.length)).toBe(0)
    }
    expect(await stateOf(page)).toMatchObject({ reason: 'ended_elsewhere' })
  })

  it('H15 without locks: one goes on, and the copy says so and asks nothing', async () => {
    await patientTabs(context)
    await context.addInitScript(() => {
      Reflect.deleteProperty(window.Navigator.prototype, 'locks')
    })
    expect(await open(LINK)).toBe('imp_1')
    const before = issuer.asked.length
    const copy = await duplicate()
    expect(await started(copy)).toBe('OTHER_TAB')
    expect(issuer.asked.length).toBe(before)
    await copy.reload()
    expect(await started(copy)).toBeNull()
    expect(await accessToken(page)).toBe('access-1')
  })

  it('H16 after a crash, after sleep and beside a turned clock do what is right, once', async () => {
    await context.addInitScript(() => {
      const now = Date.now
      Date.now = () => now() + Number(Reflect.get(window, 'skew') ?? 0)
    })
    issuer.expiresIn = 1
    expect(await open(LINK)).toBe('imp_1')
    const copy = await duplicate()
    expect(await started(copy)).toBe('imp_1')
    await copy.waitForTimeout(1000)
    issuer.script = ({ path }) => (path === '/token' ? 'hang' : null)
    const held = issuer.countOf('/token')
    void accessToken(page).catch(() => null)
    await expect.poll(() => issuer.countOf('/token')).toBe(held + 1)
    await page.close()
    issuer.script = () => null
    issuer.expiresIn = 300
    expect(await accessToken(copy)).toMatch(/^access-/)

    for (const hours of [1, -1]) {
      const looked = issuer.countOf('/api/v1/impersonation')
      await copy.evaluate((ms) => Reflect.set(window, 'skew', ms), hours * 3_600_000)
      await expect.poll(() => issuer.countOf('/api/v1/impersonation')).toBe(looked + 1)
      expect(await stateOf(copy)).toMatchObject({ status: 'active' })
    }
    issuer.asked.length = 0
    issuer.script = ({ path }) =>
      path === '/token' ? bad({ error: 'invalid_grant' }, { status: 400 }) : { status: 401 }
    await copy.evaluate(() => Reflect.set(window, 'skew', 31 * 60_000))
    await copy.waitForFunction(() => window.imp.state.status === 'ended')
    await copy.waitForTimeout(2500)
    expect(await stateOf(copy)).toMatchObject({ status: 'ended', reason: 'expired' })
    expect(issuer.asked.map(({ path }) => path)).toEqual(['/api/v1/impersonation', '/token'])
  })
})
