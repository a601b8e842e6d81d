import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { clearStage, expectAlive, roomy } from '../support/scene.ts'
import type { Site } from './site.ts'
import { startSite } from './site.ts'

const CLIENT = 'sdk-spa'
const ALLOW = 'access-control-allow-origin'

let booted: Booted
let cast: Cast
let browser: Browser
let context: BrowserContext
let page: Page
let site: Site
let other: Site
/** The app is `http://app.localhost:<port>`, which Chromium takes to loopback like all of its kind. */
let origin: string

beforeAll(async () => {
  const blank = { '*': '<!doctype html><title>Page</title>' }
  ;[booted, browser, site, other] = await Promise.all([
    boot({ env: roomy }),
    launchBrowser(),
    startSite('app.localhost', blank),
    startSite('app.localhost', blank),
  ])
  cast = castOf(booted)
  ;({ origin } = site)
  const { storage } = booted.parts
  const portal = await storage.apps.find('acme-portal')
  if (portal === undefined) throw new Error('the demo has no portal')
  const app = { ...portal, clientId: CLIENT, redirectUris: [`${origin}/callback`] }
  await storage.unitOfWork.run(() => storage.apps.add(app, Date.now()))
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([site?.close(), other?.close(), booted?.close()])
})
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
})
afterEach(async () => {
  await context.close()
  for (const { id } of await booted.parts.storage.impersonations.findOpenOf({ app: CLIENT }))
    await booted.parts.impersonation.revoke(id, { requestId: null, ip: null, userAgent: null })
  await clearStage(booted)
})

interface Begun {
  readonly refreshToken: string
  readonly accessToken: string
}

async function begin(): Promise<Begun> {
  const { body } = await cast.start({ app: CLIENT })
  const { body: first } = await cast.refresh(body.refresh_token, { client_id: CLIENT })
  return { refreshToken: first.refresh_token, accessToken: first.access_token }
}

/** What a script of the page gets to read: a status, or the name of the error. */
interface Read {
  readonly token: number | string
  readonly read: number | string
  readonly end: number | string
}

const ask = (at: Pick<Page, 'evaluate'>, { refreshToken, accessToken }: Begun): Promise<Read> =>
  at.evaluate(
    async ({ issuer, form, bearer }) => {
      const send = (path: string, init: RequestInit): Promise<number | string> =>
        fetch(issuer + path, init).then(
          ({ status }) => status,
          (error: unknown) => (error as Error).name,
        )
      const headers = { authorization: `Bearer ${bearer}` }
      const read = await send('/api/v1/impersonation', { headers })
      const token = await send('/token', { method: 'POST', body: new URLSearchParams(form) })
      const end = await send('/api/v1/impersonation/end', { method: 'POST', headers })
      return { token, read, end }
    },
    {
      issuer: booted.issuer,
      bearer: accessToken,
      form: { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: refreshToken },
    },
  )

const REFUSED = { token: 'TypeError', read: 'TypeError', end: 'TypeError' }

/** Origins that resemble the app's; those with http are opened in the browser. */
const resembling = (): Record<string, string> => {
  const { port, hostname } = new URL(origin)
  return {
    prefix: `http://evil-${hostname}:${port}`,
    suffix: `http://${hostname}.evil.localhost:${port}`,
    parent: `http://localhost:${port}`,
    child: `http://sub.${hostname}:${port}`,
    'other port': other.origin,
    'longer port': `${origin}0`,
    'no port': `http://${hostname}`,
    https: `https://${hostname}:${port}`,
    slash: `${origin}/`,
    capitals: origin.replace('app', 'APP'),
    null: 'null',
    two: `${origin} ${origin}`,
  }
}

describe('Other origins', () => {
  it('H21 that resemble the app’s, or are none, are refused with live tokens in their hands', async () => {
    const begun = await begin()
    const { storage } = booted.parts
    const refreshes = (await cast.audit({ action: 'impersonation.refreshed' })).length
    for (const kind of ['prefix', 'suffix', 'parent', 'child', 'other port']) {
      await page.goto(`${resembling()[kind]}/`)
      expect([kind, await ask(page, begun)]).toEqual([kind, REFUSED])
    }
    await page.goto(origin)
    await page.evaluate((address) => {
      const frame = document.createElement('iframe')
      frame.sandbox.add('allow-scripts')
      frame.src = address
      document.body.append(frame)
    }, `${origin}/framed`)
    const framed = page.frames().find((frame) => frame !== page.mainFrame())
    if (framed === undefined) throw new Error('no frame')
    await framed.waitForURL(`${origin}/framed`)
    expect(await framed.evaluate(() => window.origin)).toBe('null')
    expect(await ask(framed, begun)).toEqual(REFUSED)

    // Nothing was used up, and nothing was ended.
    expect(await storage.impersonations.findOpenOf({ app: CLIENT })).toHaveLength(1)
    expect(await cast.audit({ action: 'impersonation.refreshed' })).toHaveLength(refreshes)
    await expectAlive(cast, begun)
    expect(await ask(page, begun)).toEqual({ token: 200, read: 200, end: 204 })
  })

  it('are refused whatever a client writes into the header', async () => {
    const { refreshToken, accessToken } = await begin()
    for (const [kind, value] of Object.entries(resembling())) {
      const headers = { origin: value }
      const form = { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: refreshToken }
      const token = await cast.form('/token', form, undefined, headers)
      expect([kind, token.status, token.body]).toEqual([
        kind,
        400,
        {
          error: 'invalid_request',
          error_description: `origin ${value} not allowed for client: ${CLIENT}`,
        },
      ])
      for (const [method, path] of [
        ['GET', '/api/v1/impersonation'],
        ['POST', '/api/v1/impersonation/end'],
      ] as const) {
        const answer = await cast.request(method, path, { token: accessToken, headers })
        expect([kind, answer.status, answer.body]).toEqual([
          kind,
          401,
          {
            error: 'invalid_token',
            error_description: 'The access token is not valid.',
            code: 'S2S_TOKEN_INVALID',
            request_id: expect.stringMatching(/^req_/) as string,
          },
        ])
        expect([kind, answer.headers.get(ALLOW)]).toEqual([kind, null])
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
      expect([kind, token.headers.get(ALLOW)]).toEqual([kind, null])
    }
    await expectAlive(cast, { refreshToken, accessToken })
  })

  it('of another app get nothing for this one’s tokens', async () => {
    const { refreshToken, accessToken } = await begin()
    const headers = { origin: 'http://localhost:4002' }
    const own = { token: accessToken, headers }
    expect((await cast.request('GET', '/api/v1/impersonation', own)).status).toBe(401)
    const form = { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: refreshToken }
    expect((await cast.form('/token', form, undefined, headers)).status).toBe(400)
    const byOther = await cast.form(
      '/token',
      { ...form, client_id: 'acme-portal' },
      undefined,
      headers,
    )
    expect(byOther.body).toMatchObject({ error: 'invalid_grant' })
    await expectAlive(cast, { accessToken })
  })
})
