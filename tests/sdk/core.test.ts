import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { SdkApp } from '../support/sdk-app.ts'
import { accessToken, startSdkApp, started, stateOf } from '../support/sdk-app.ts'

const CLIENT = 'sdk-spa'

let booted: Booted
let cast: Cast
let browser: Browser
let app: SdkApp
let attacker: SdkApp
let context: BrowserContext
let page: Page
/** Everything a page asked the issuer for. */
let asked: string[]

interface Started {
  readonly impersonation_id: string
  readonly refresh_token: string
  readonly links: readonly string[]
}

beforeAll(async () => {
  ;[booted, browser, app, attacker] = await Promise.all([
    boot(),
    launchBrowser(),
    startSdkApp('localhost'),
    startSdkApp('127.0.0.2'),
  ])
  cast = castOf(booted)
  const { storage } = booted.parts
  const portal = await storage.apps.find('acme-portal')
  if (portal === undefined) throw new Error('the demo has no portal')
  const redirectUris = [`${app.origin}/callback`]
  await storage.unitOfWork.run(() =>
    storage.apps.add({ ...portal, clientId: CLIENT, redirectUris }, Date.now()),
  )
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([app?.close(), attacker?.close(), booted?.close()])
})

beforeEach(async () => {
  app.options = `{ issuer: '${booted.issuer}', clientId: '${CLIENT}', requireBanner: false }`
  app.head = ''
  app.asked.length = 0
  attacker.asked.length = 0
  asked = []
  context = await browser.newContext()
  context.on('request', (request) => {
    if (request.url().startsWith(booted.issuer)) asked.push(request.url())
  })
  page = await context.newPage()
})
afterEach(async () => {
  await context.close()
  const token = await cast.serviceToken()
  const path = '/api/v1/impersonations'
  const found = await cast.request('GET', `${path}?status=active&actor=usr_root`, { token })
  for (const { id } of found.body.items as { id: string }[])
    await cast.request('DELETE', `${path}/${id}`, { token })
})

async function start(body: Record<string, unknown> = {}): Promise<Started & { link: string }> {
  const answer = await cast.start({ app: CLIENT, body })
  expect(answer.status).toBe(200)
  const whole = answer.body as Started
  return { ...whole, link: whole.links[0] ?? '' }
}

const open = async (link: string): Promise<string | null> => {
  await page.goto(link)
  return started(page)
}

describe('An impersonation in the browser', () => {
  it('is what the link says, shown from the issuer, and ends there with end()', async () => {
    const { link, impersonation_id: id } = await start({ reason: 'cannot see charger 12' })
    expect(await open(link)).toBe(id)
    const session = await page.evaluate(() => window.imp.state.session)
    expect(session).toMatchObject({
      id,
      actor: { sub: 'usr_root', email: 'root@acme.test' },
      subject: { sub: 'usr_jane', email: 'jane@customer.test' },
      app: { clientId: CLIENT },
      mode: 'read_only',
      reason: 'cannot see charger 12',
    })
    const remaining = await page.evaluate(() => window.imp.state.session?.remaining() ?? 0)
    expect(remaining).toBeGreaterThan(1_780_000)
    expect(remaining).toBeLessThan(1_801_000)
    const { body } = await cast.introspect(await accessToken(page))
    expect(body).toMatchObject({ active: true, sub: 'usr_jane', act: { sub: 'usr_root' } })
    await page.evaluate(() => window.imp.end())
    const ended = await cast.request('GET', `/api/v1/impersonations/${id}`, {
      token: await cast.serviceToken(),
    })
    expect(ended.body).toMatchObject({ status: 'ended', ended_by: 'impersonator' })
    expect(await page.evaluate(() => window.seen)).toEqual(['pending', 'active', 'ended'])
  })

  it('goes on after a reload, without another refresh', async () => {
    const { link, impersonation_id: id } = await start()
    expect(await open(link)).toBe(id)
    await page.reload()
    expect(await started(page)).toBe(id)
    expect(asked.filter((url) => url.endsWith('/token'))).toHaveLength(1)
  })

  it('gets a JWT for the API that the app names, and its own token for the issuer', async () => {
    app.options = app.options.replace('}', ", resource: 'http://localhost:4004' }")
    const { link, impersonation_id: id } = await start()
    expect(await open(link)).toBe(id)
    const [, payload = ''] = (await accessToken(page)).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown
    expect(claims).toMatchObject({ aud: 'http://localhost:4004', act: { sub: 'usr_root' } })
    await page.reload()
    expect(await started(page)).toBe(id)
    expect(asked.filter((url) => url.endsWith('/token'))).toHaveLength(2)
  })

  it('is over in the tab when the issuer ends it', async () => {
    const { link, impersonation_id: id } = await start()
    await open(link)
    const token = await cast.serviceToken()
    await cast.request('DELETE', `/api/v1/impersonations/${id}`, { token })
    await page.reload()
    expect(await started(page)).toBeNull()
    expect(await stateOf(page)).toEqual({ status: 'ended', code: null, reason: 'revoked' })
    expect(await accessToken(page)).toBe('IMPERSONATION_ENDED')
  })
})

describe('A page', () => {
  const tokenOf = (): Promise<unknown> =>
    page.evaluate(() =>
      window.imp
        .token(async () => 'own')
        .catch((error: unknown) => (error as { code: string }).code),
    )

  it('loads what an impersonation needs only when there is one', async () => {
    await page.goto(app.origin)
    expect(await started(page)).toBeNull()
    expect(await tokenOf()).toBe('own')
    const scripts = (): string[] =>
      app.asked.map(({ url }) => url).filter((url) => url.startsWith('/arrival-'))
    expect(scripts()).toEqual([])
    await open((await start()).link)
    expect(scripts()).toHaveLength(1)
  })

  it('says so when that cannot be loaded, with a clean address, and goes on after a reload', async () => {
    const parts = '**/arrival-*'
    await page.route(parts, (route) => route.abort())
    const { link, impersonation_id: id } = await start()
    expect(await open(link)).toBe('ISSUER_UNREACHABLE')
    expect(page.url()).toBe(`${app.origin}/callback`)
    expect(asked).toEqual([])
    expect(await page.evaluate(() => window.imp.state.error?.retryable)).toBe(true)
    await page.unroute(parts)
    // The link is not lost with its address.
    await page.reload()
    expect(await started(page)).toBe(id)
    await page.route(parts, (route) => route.abort())
    await page.reload()
    expect(await started(page)).toBe('ISSUER_UNREACHABLE')
    await page.unroute(parts)
    await page.reload()
    expect(await started(page)).toBe(id)
  })

  it('that has shown the user gives no other token after the end, until it is loaded again', async () => {
    await open((await start()).link)
    await page.evaluate(() => window.imp.end())
    expect(await tokenOf()).toBe('IMPERSONATION_ENDED')
    await page.reload()
    expect(await started(page)).toBeNull()
    expect(await tokenOf()).toBe('own')
  })

  it('waits for the first report of its banner, half a second at most', async () => {
    app.options = app.options.replace(', requireBanner: false', '')
    await open((await start()).link)
    const before = performance.now()
    expect(await accessToken(page)).toBe('BANNER_HIDDEN')
    expect(performance.now() - before).toBeGreaterThan(450)
    const late = page.evaluate(() => {
      const token = window.imp.getAccessToken()
      window.imp.setBannerVisible(true)
      return token
    })
    expect((await cast.introspect(await late)).body).toMatchObject({ active: true })
    await page.evaluate(() => {
      window.imp.setBannerVisible(false)
    })
    expect(await accessToken(page)).toBe('BANNER_HIDDEN')
  })
})

describe('The token of a link', () => {
  it('H09 is in no Referer, also of what comes before the SDK', async () => {
    app.head = `<script src="/early.js"></script><script src="${attacker.origin}/analytics.js"></script>
      <img alt="" src="${attacker.origin}/pixel.gif"><img alt="" src="/own.gif">`
    const { link, refresh_token: token } = await start()
    const before = attacker.asked.length
    expect(await open(link)).not.toBeNull()
    await page.evaluate(() => fetch('/api/own'))
    expect(attacker.asked.length).toBeGreaterThan(before)
    for (const { referer } of [...attacker.asked, ...app.asked]) expect(referer).toBeUndefined()
    expect(attacker.asked.map(({ url }) => url).join()).not.toContain(token)
  })

  it('H10 is nowhere after the page has started, but in its own navigation entry', async () => {
    const { link, refresh_token: token } = await start()
    await open(link)
    const places = await page.evaluate(() => ({
      address: window.addressAfterStart,
      now: location.href,
      state: JSON.stringify(history.state),
      referrer: document.referrer,
      resources: performance.getEntriesByType('resource').map(({ name }) => name),
      document: document.documentElement.outerHTML,
    }))
    expect(JSON.stringify(places)).not.toContain(token)
    await page.goto(`${app.origin}/next`)
    await page.goBack()
    expect(page.url()).toBe(`${app.origin}/callback`)
    expect(await page.evaluate(() => document.referrer)).toBe('')
    expect(asked.join()).not.toContain(token)
  })

  it('H11 works in the fragment, which no server and no log gets to see', async () => {
    const { link, refresh_token: token, impersonation_id: id } = await start()
    expect(await open(link.replace('?', '#'))).toBe(id)
    expect(page.url()).toBe(`${app.origin}/callback`)
    expect(JSON.stringify(app.asked)).not.toContain(token)
  })

  it('H12 survives those who fetch the link without a browser', async () => {
    const { link, impersonation_id: id } = await start()
    for (let times = 0; times < 3; times += 1) await (await fetch(link)).text()
    expect(await open(link)).toBe(id)
  })

  it('H13 is in nothing that lasts or is global; what is kept has a key of its own', async () => {
    const { link, refresh_token: token } = await start()
    await page.goto(app.origin)
    await page.evaluate(() => {
      window.sessionStorage.setItem('own', 'sign-in')
    })
    await open(link)
    const found = await page.evaluate(async () => ({
      local: { ...window.localStorage },
      keys: Object.keys(window.sessionStorage).toSorted(),
      databases: (await indexedDB.databases()).length,
      caches: await caches.keys(),
      cookies: document.cookie,
      globals: Reflect.ownKeys(window).map((key) => {
        const value: unknown = Reflect.get(window, key)
        return typeof value === 'string' ? value : ''
      }),
      imp: JSON.stringify(window.imp),
      handover: Symbol.for('understudy.link') in window,
    }))
    expect(found).toMatchObject({ local: {}, databases: 0, caches: [], cookies: '' })
    expect(found.keys).toEqual(['own', `understudy.${CLIENT}`])
    expect(found.handover).toBe(false)
    const kept = await page.evaluate(
      (key) => window.sessionStorage.getItem(key),
      found.keys[1] ?? '',
    )
    const { refreshToken } = JSON.parse(kept ?? '{}') as { refreshToken: string }
    for (const secret of [token, refreshToken, await accessToken(page)])
      expect(JSON.stringify([found.globals, found.imp])).not.toContain(secret)
  })

  it('H20 is worth nothing to a page of another origin', async () => {
    const { link, refresh_token: token, impersonation_id: id } = await start()
    await page.goto(`${attacker.origin}/`)
    const stolen = await page.evaluate(
      ([url, form]) =>
        fetch(url ?? '', { method: 'POST', body: new URLSearchParams(form) }).then(
          ({ status }) => String(status),
          (error: unknown) => (error as Error).name,
        ),
      [
        `${booted.issuer}/token`,
        `grant_type=refresh_token&client_id=${CLIENT}&refresh_token=${token}`,
      ] as const,
    )
    expect(stolen).toBe('TypeError')
    expect(await open(link)).toBe(id)
  })
})

describe('The administrator’s own sign-in', () => {
  it('H17 is not asked for: no authorization request, whatever the app does', async () => {
    const { link } = await start()
    await open(link)
    await page.evaluate(async () => {
      await window.imp.getAccessToken()
      await window.imp.token(async () => null)
      await window.imp.fetch('/api/own')
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await page.reload()
    await started(page)
    const paths = new Set(asked.map((url) => new URL(url).pathname))
    expect([...paths].toSorted()).toEqual(['/api/v1/impersonation', '/token'])
  })

  it('H18 outlives the app’s Logout, which ends the impersonation only', async () => {
    const actor = await cast.signIn('root@acme.test')
    const answer = await cast.start({ app: CLIENT, actor: actor.accessToken })
    await open((answer.body as Started).links[0] ?? '')
    await page.evaluate(() => window.imp.end())
    expect(asked.join()).not.toMatch(/session\/end|\/auth/)
    expect(page.url()).toBe(`${app.origin}/callback`)
    expect((await cast.userinfo(actor.accessToken)).status).toBe(200)
  })

  it('H19 is led back to by end(), to the configured address only, with nothing left', async () => {
    app.options = app.options.replace(
      '}',
      `, returnTo: (session) => '/users/' + session.subject.sub }`,
    )
    await open((await start()).link)
    await page.evaluate(() => void window.imp.end())
    await page.waitForURL('**/users/usr_jane')
    expect(await started(page)).toBeNull()
    expect(await page.evaluate(() => window.sessionStorage.length)).toBe(0)
    app.options = app.options.replace("'/users/'", "'javascript:document.title=1//'")
    await open((await start()).link)
    await page.evaluate(() => window.imp.end())
    expect(page.url()).toBe(`${app.origin}/callback`)
    expect(await page.title()).toBe('App')
  })
})
