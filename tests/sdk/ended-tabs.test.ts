import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { clearStage, expectAlive, expectDead, expectEnded, roomy } from '../support/scene.ts'
import { accessToken, started, stateOf } from '../support/sdk-app.ts'
import { patientTabs } from './patient-tabs.ts'
import type { Site } from './site.ts'
import { appScript, copyOf, startSite } from './site.ts'

const CLIENT = 'sdk-spa'

/** An app that shows data of the customer, and can draw it again. */
const DRAWING = `
  const draw = () => {
    const list = document.createElement('ul')
    list.innerHTML = '<li>Order 17 of Jane Doe, 4242 4242</li>'
    document.querySelector('ul')?.remove()
    document.body.append(list)
  }
  addEventListener('DOMContentLoaded', draw)
  window.draw = draw`

const PAGE = `<!doctype html><html lang="en"><head><title>Orders of Jane Doe</title></head>
  <body><h1>Jane Doe</h1><input value="jane@customer.test"><script src="/app.js"></script></body></html>`

let booted: Booted
let cast: Cast
let browser: Browser
let site: Site
let context: BrowserContext
let page: Page
/** Requests to the token endpoint, from all tabs. */
let refreshes: string[]
let begun: { impersonation_id: string; links: string[] }

beforeAll(async () => {
  ;[booted, browser, site] = await Promise.all([
    boot({ env: { ...roomy, ACCESS_TOKEN_SECONDS: '60' } }),
    launchBrowser(),
    startSite('localhost', { '*': PAGE }),
  ])
  cast = castOf(booted)
  const { storage } = booted.parts
  const portal = await storage.apps.find('acme-portal')
  if (portal === undefined) throw new Error('the demo has no portal')
  const app = { ...portal, clientId: CLIENT, redirectUris: [`${site.origin}/callback`] }
  await storage.unitOfWork.run(() => storage.apps.add(app, Date.now()))
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([site?.close(), booted?.close()])
})

beforeEach(async () => {
  const options = `{ issuer: '${booted.issuer}', clientId: '${CLIENT}' }`
  site.files.set('/app.js', await appScript(options, DRAWING))
  context = await browser.newContext()
  refreshes = []
  context.on('request', (request) => {
    if (request.url() === `${booted.issuer}/token`) refreshes.push(request.postData() ?? '')
  })
  page = await context.newPage()
  const { body } = await cast.start({ app: CLIENT })
  begun = body
})
afterEach(async () => {
  await context.close()
  for (const { id } of await booted.parts.storage.impersonations.findOpenOf({ app: CLIENT }))
    await booted.parts.impersonation.revoke(id, { requestId: null, ip: null, userAgent: null })
  await clearStage(booted)
})

const open = async (): Promise<string | null> => {
  await page.goto(begun.links[0] ?? '')
  return started(page)
}

const fiveTabs = async (): Promise<Page[]> => {
  expect(await open()).toBe(begun.impersonation_id)
  const tabs = [page]
  while (tabs.length < 5) tabs.push(await copyOf(page, context))
  for (const tab of tabs) expect(await stateOf(tab)).toMatchObject({ status: 'active' })
  return tabs
}

const kept = (): Promise<{ refreshToken: string }> =>
  page.evaluate(
    (key) => JSON.parse(window.sessionStorage.getItem(key) ?? '{}') as { refreshToken: string },
    `understudy.${CLIENT}`,
  )

/** The tab is done before the issuer has heard of it. */
const expectEndedSoon = async (): Promise<void> => {
  const id = begun.impersonation_id
  const { impersonations } = booted.parts.storage
  await expect.poll(async () => (await impersonations.find(id))?.ended).not.toBeNull()
  await expectEnded(booted, cast, id, 'ended_by_impersonator')
}

describe('Five tabs in processes of their own', () => {
  it('refresh once when the token is stale in all of them at once, and the session survives', async () => {
    await context.clock.install()
    await patientTabs(context)
    const tabs = await fiveTabs()
    const before = await cast.audit({ action: 'impersonation.refreshed' })
    refreshes.length = 0
    await context.clock.fastForward(56_000)
    const tokens = await Promise.all(tabs.map(accessToken))
    expect(new Set(tokens).size).toBe(1)
    expect(refreshes).toHaveLength(1)
    const after = await cast.audit({ action: 'impersonation.refreshed' })
    expect(after.length - before.length).toBe(1)
    expect(after.at(-1)).toMatchObject({
      impersonation: begun.impersonation_id,
      outcome: 'success',
    })
    await expectAlive(cast, { accessToken: tokens[0] ?? '', ...(await kept()) })
    expect(await cast.audit({ action: 'impersonation.reuse_detected' })).toEqual([])
  })

  it('are all empty of tokens and of the customer once one of them ends', async () => {
    const tabs = await fiveTabs()
    const tokens = { accessToken: await accessToken(page), ...(await kept()) }
    await tabs[2]?.getByTestId('impersonation-end').click()
    for (const tab of tabs) {
      await tab.waitForFunction(() => window.imp.state.status === 'ended')
      await tab.locator('main').waitFor()
      // The app goes on drawing, and what it drew is taken away again.
      await tab.evaluate('draw()')
      await tab.waitForFunction(() => document.body.childNodes.length === 1)
      const left = await tab.evaluate(() => ({
        html: document.documentElement.outerHTML,
        body: document.body.innerText,
        title: document.title,
        local: window.localStorage.length,
        session: window.sessionStorage.length,
        address: location.href,
      }))
      expect(JSON.stringify(left)).not.toMatch(/jane|4242|Order 17/i)
      expect(left).toMatchObject({ title: 'Impersonation ended', local: 0, session: 0 })
      expect(await accessToken(tab)).toBe('IMPERSONATION_ENDED')
    }
    await expectEndedSoon()
    await expectDead(cast, { ...tokens, client: CLIENT })
  })
})

describe('A browser that lacks something', () => {
  it('without Web Locks lets one tab go on, and the copy asks for nothing', async () => {
    await patientTabs(context)
    await context.addInitScript(() => {
      Reflect.deleteProperty(window.Navigator.prototype, 'locks')
    })
    expect(await open()).toBe(begun.impersonation_id)
    const copy = await copyOf(page, context)
    expect(await stateOf(copy)).toMatchObject({ status: 'error', code: 'OTHER_TAB' })
    expect(await copy.getByTestId('impersonation-banner').count()).toBe(0)
    expect(refreshes).toHaveLength(1)
    expect(await stateOf(page)).toMatchObject({ status: 'active' })
    await page.evaluate(() => window.imp.end())
    await expectEndedSoon()
  })

  it.each(['denied', 'full'])(
    'with storage that is %s goes on until the page is left',
    async (how) => {
      await context.addInitScript((kind) => {
        if (kind === 'denied') {
          for (const name of ['sessionStorage', 'localStorage'])
            Object.defineProperty(window, name, {
              get() {
                throw new DOMException('Access is denied', 'SecurityError')
              },
            })
        } else {
          Storage.prototype.setItem = () => {
            throw new DOMException('exceeded', 'QuotaExceededError')
          }
        }
      }, how)
      expect(await open()).toBe(begun.impersonation_id)
      await page.getByTestId('impersonation-banner').waitFor()
      await expectAlive(cast, { accessToken: await accessToken(page) })
      await page.reload()
      expect(await started(page)).toBeNull()
      expect(await stateOf(page)).toMatchObject({ status: 'idle' })
      expect(refreshes).toHaveLength(1)
    },
  )

  it.each(['denied', 'full'])('with storage that is %s can be left', async (how) => {
    await context.addInitScript((kind) => {
      Object.defineProperty(window, 'sessionStorage', {
        get() {
          if (kind === 'denied') throw new DOMException('Access is denied', 'SecurityError')
          const setItem = (): void => {
            throw new DOMException('exceeded', 'QuotaExceededError')
          }
          return { getItem: () => null, setItem, removeItem: () => {} }
        },
      })
    }, how)
    expect(await open()).toBe(begun.impersonation_id)
    const token = await accessToken(page)
    await page.getByTestId('impersonation-end').click()
    await page.locator('main').waitFor()
    await expectEndedSoon()
    await expectDead(cast, { accessToken: token })
  })
})
