import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { started } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { startScriptedIssuer } from '../support/sdk-issuer.ts'
import type { Site } from './site.ts'
import { appScript, earlyScript, startSite } from './site.ts'

const TOKEN = 'a-token-of-a-link-0123456789'
const QUERY = `/callback?refresh_token=${TOKEN}`
const FRAGMENT = `/callback#refresh_token=${TOKEN}`

/** What such scripts record: every error, request, change of address and word of the console. */
const REPORTER = `
  window.crumbs = []
  const note = (kind, ...what) => crumbs.push([kind, location.href, ...what.map(String)])
  note('load', document.referrer)
  addEventListener('error', ({ message, error }) => note('error', message, error?.stack))
  addEventListener('unhandledrejection', ({ reason }) =>
    note('rejection', reason, reason.stack, JSON.stringify(reason), reason.cause))
  for (const name of ['pushState', 'replaceState']) {
    const own = history[name].bind(history)
    history[name] = (...args) => { note(name, ...args); own(...args) }
  }
  for (const name of ['log', 'warn', 'error']) console[name] = (...args) => note(name, ...args)
  const send = window.fetch
  window.fetch = (input, init) => { note('fetch', input?.url ?? input, init?.method); return send(input, init) }
  new PerformanceObserver((list) => list.getEntries().forEach(({ name }) => note('timing', name)))
    .observe({ type: 'resource', buffered: true })`

/** Caches all it sees first, as many do, and tells what that was. */
const WORKER = `
  addEventListener('install', () => skipWaiting())
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  self.heard = []
  addEventListener('message', ({ source }) => source.postMessage(heard))
  addEventListener('fetch', (event) => {
    const { request } = event
    heard.push({ mode: request.mode, url: request.url, referrer: request.referrer })
    if (skips && new URL(request.url).pathname === skips) return
    if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return
    event.respondWith(caches.open('all').then(async (cache) => {
      const answer = await fetch(request)
      await cache.put(request, answer.clone())
      return answer
    }))
  })`

let browser: Browser
let issuer: ScriptedIssuer
let site: Site
let tracker: Site
let context: BrowserContext
let page: Page

beforeAll(async () => {
  ;[browser, site, tracker] = await Promise.all([
    launchBrowser(),
    startSite('localhost', {
      '/early.js': await earlyScript(),
      '/reporter.js': REPORTER,
    }),
    startSite('127.0.0.2', { '/tracker.js': '' }),
  ])
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([site?.close(), tracker?.close()])
})
beforeEach(async () => {
  issuer = await startScriptedIssuer()
  site.files.set('/app.js', await appScript(`{ issuer: '${issuer.issuer}', clientId: 'spa' }`))
  site.asked.length = 0
  tracker.asked.length = 0
})
afterEach(async () => {
  await context.close()
  await issuer.close()
})

const use = async (head: string, options: BrowserContextOptions = {}): Promise<void> => {
  site.files.set(
    '*',
    `<!doctype html><html lang="en"><title>App</title>${head}<h1>App</h1>
      <script src="/app.js"></script><img alt="" src="/last.gif"></html>`,
  )
  context = await browser.newContext(options)
  page = await context.newPage()
}

const open = async (path: string): Promise<string | null> => {
  await page.goto(site.origin + path)
  return started(page)
}

/** What an app does once it runs. */
const goOn = async (): Promise<void> => {
  await page.evaluate(async () => {
    await window.imp.fetch('/api/orders')
    await fetch('/api/own')
    history.pushState(null, '', '/orders/17')
  })
  await page.goto(`${site.origin}/next`)
  await started(page)
}

const crumbs = (): Promise<unknown> => page.evaluate(() => Reflect.get(window, 'crumbs') as unknown)

describe('An error reporter that comes after the early script', () => {
  it.each([QUERY, FRAGMENT])('has no token in its breadcrumbs: %s', async (link) => {
    await use('<script src="/early.js"></script><script src="/reporter.js"></script>')
    expect(await open(link)).toBe('imp_1')
    await page.evaluate(async () => {
      await window.imp.fetch('/api/orders')
      setTimeout(() => {
        throw new Error('of the app')
      })
    })
    for (const kind of ['of the app', 'load', 'fetch', 'timing', '/token'])
      await expect.poll(async () => JSON.stringify(await crumbs())).toContain(kind)
    const seen = JSON.stringify(await crumbs())
    expect(seen).not.toContain(TOKEN)
    expect(seen).not.toContain('refresh-1')
    expect(seen).not.toContain('access-1')
  })

  it('is told of a refused link without the token', async () => {
    await use('<script src="/early.js"></script><script src="/reporter.js"></script>')
    issuer.script = ({ path }) =>
      path === '/token' ? { status: 400, body: { error: 'invalid_grant' } } : null
    expect(await open(QUERY)).toBe('LINK_SPENT')
    await page.evaluate(() => void window.imp.getAccessToken())
    await page.evaluate(() => {
      const { error } = window.imp.state
      if (error) void Promise.reject(error)
    })
    await expect.poll(async () => JSON.stringify(await crumbs())).toContain('LINK_SPENT')
    expect(JSON.stringify(await crumbs())).not.toContain(TOKEN)
  })
})

describe('A service worker that caches everything', () => {
  /** `skips`: a path that the worker leaves to the browser. */
  const install = async (skips = ''): Promise<void> => {
    site.files.set('/worker.js', `const skips = ${JSON.stringify(skips)}\n${WORKER}`)
    await use('<script src="/early.js"></script>')
    await page.goto(`${site.origin}/api/empty`)
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/worker.js')
      await navigator.serviceWorker.ready
    })
    await page.goto(site.origin)
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  }
  interface Heard {
    readonly mode: string
    readonly url: string
    readonly referrer: string
  }
  const heard = (): Promise<Heard[]> =>
    page.evaluate(
      () =>
        new Promise<Heard[]>((resolve) => {
          navigator.serviceWorker.addEventListener('message', ({ data }) => {
            resolve(data as Heard[])
          })
          navigator.serviceWorker.startMessages()
          navigator.serviceWorker.controller?.postMessage('what')
        }),
    )
  const cached = (): Promise<string[]> =>
    page.evaluate(async () => {
      const keys = await (await caches.open('all')).keys()
      return keys.map(({ url, referrer }) => `${url} ${referrer}`)
    })

  it.each([QUERY, FRAGMENT])('gets %s once, by the navigation that brought it', async (link) => {
    await install()
    expect(await open(link)).toBe('imp_1')
    await goOn()
    const all = await heard()
    expect(all.some(({ url }) => url.endsWith('/token'))).toBe(true)
    const withIt = all.filter(({ url }) => url.includes(TOKEN))
    expect(withIt.map(({ mode, url }) => [mode, url])).toEqual([['navigate', site.origin + link]])
    // Chromium gives a worker the fragment, too.
    expect((await cached()).filter((key) => key.startsWith(site.origin + link))).toHaveLength(1)
  })

  it.each([QUERY, FRAGMENT])('keeps nothing of %s if it leaves the callback out', async (link) => {
    await install('/callback')
    site.files.set('*', `<meta name="referrer" content="no-referrer">${site.files.get('*') ?? ''}`)
    expect(await open(link)).toBe('imp_1')
    await goOn()
    expect((await cached()).length).toBeGreaterThan(3)
    expect(JSON.stringify(await cached())).not.toContain(TOKEN)
  })
})

describe('A record of the traffic (HAR)', () => {
  it.each([
    [QUERY, 1],
    [FRAGMENT, 0],
  ])('has the token of %s in the navigation and its one exchange only', async (link, atServer) => {
    const folder = await mkdtemp(join(tmpdir(), 'har-'))
    const path = join(folder, 'all.har')
    await use(
      `<meta name="referrer" content="no-referrer"><script src="/early.js"></script>
       <script src="${tracker.origin}/tracker.js"></script>`,
      { recordHar: { path, content: 'embed' } },
    )
    expect(await open(link)).toBe('imp_1')
    await goOn()
    await context.close()
    const { log } = JSON.parse(await readFile(path, 'utf8')) as {
      log: { entries: { request: { url: string; method: string } }[] }
    }
    await rm(folder, { recursive: true })
    expect(log.entries.length).toBeGreaterThan(8)
    const withIt = log.entries.filter((entry) => JSON.stringify(entry).includes(TOKEN))
    const navigation = withIt.filter(({ request }) => request.url.startsWith(site.origin))
    expect(navigation.length).toBeLessThanOrEqual(1)
    expect(
      withIt.filter((one) => !navigation.includes(one)).map(({ request }) => request),
    ).toMatchObject([{ method: 'POST', url: `${issuer.issuer}/token` }])
    expect(site.asked.filter(({ url }) => url.includes(TOKEN))).toHaveLength(atServer)
  })
})

describe('Under the browser’s own referrer policy', () => {
  const referers = (from: Site): [string, string | undefined][] =>
    from.asked.map(({ url, referer }) => [url, referer])

  it('other origins never get more than the origin, and requests after the start nothing', async () => {
    await use(`<script src="/early.js"></script><script src="${tracker.origin}/tracker.js"></script>
      <img alt="" src="${tracker.origin}/pixel.gif"><img alt="" src="/own.gif">`)
    expect(await open(QUERY)).toBe('imp_1')
    await page.waitForLoadState('load')
    expect(referers(tracker).map(([url]) => url)).toEqual(
      expect.arrayContaining(['/tracker.js', '/pixel.gif']),
    )
    for (const [, referer] of referers(tracker)) expect(referer).toBe(`${site.origin}/`)
    // The leak there is: what the page loads from its own origin before the address is clean.
    const leaked = site.asked
      .filter(({ referer }) => referer?.includes(TOKEN))
      .map(({ url }) => url)
    expect(leaked).toContain('/early.js')
    site.asked.length = 0
    await goOn()
    expect(site.asked.length).toBeGreaterThan(2)
    expect(JSON.stringify(referers(site))).not.toContain(TOKEN)
    expect(issuer.asked.length).toBeGreaterThan(1)
  })

  it('none of it is left with the policy in the page’s head, or with a fragment', async () => {
    const head = `<script src="/early.js"></script><img alt="" src="/own.gif">`
    await use(`<meta name="referrer" content="no-referrer">${head}`)
    expect(await open(QUERY)).toBe('imp_1')
    expect(JSON.stringify(referers(site).map(([, referer]) => referer))).not.toContain(TOKEN)
    await context.close()
    site.asked.length = 0
    await use(head)
    expect(await open(FRAGMENT)).toBe('imp_1')
    expect(site.asked.some(({ referer }) => referer !== undefined)).toBe(true)
    expect(JSON.stringify(referers(site))).not.toContain(TOKEN)
  })
})
