import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { axe, launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { DemoServer } from '../support/demo-server.ts'
import { startDemoServer } from '../support/demo-server.ts'
import { authorization, PASSWORD, redeem } from '../support/visitor.ts'

// A browser on a busy machine takes its time; nothing here waits for a clock.
vi.setConfig({ testTimeout: 60_000 })

const ROOT = 'root@acme.test'
const JANE = 'jane@customer.test'

let server: DemoServer
let cast: Cast
let browser: Browser
let context: BrowserContext
let page: Page
/** What the browser complained about: scripts, policies, missing files. */
let complaints: string[]

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startDemoServer(), launchBrowser()])
  // Whatever is asked of this cast goes over HTTP: the server is another process.
  cast = castOf({ issuer: server.issuer } as Booted)
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
})
afterEach(async () => {
  await context.close()
  await endWhatIsLeft()
})

async function givePassword(email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function giveCode(): Promise<void> {
  const code = await page.locator('.demo code').textContent()
  await page.getByLabel('6-digit code').fill(code ?? '')
  await page.getByRole('button', { name: 'Continue' }).click()
}

/** Root's access token for the panel, by clicking through the pages. */
async function signIn(): Promise<string> {
  const request = authorization('admin-panel', { redirect_uri: server.callback })
  await page.goto(server.issuer + request.address)
  await givePassword(ROOT)
  await giveCode()
  await page.getByRole('heading', { name: 'Signed in' }).waitFor()
  const { body } = await redeem(cast, request, server.brought.at(-1)?.href ?? '')
  return body.access_token as string
}

interface Started {
  readonly impersonation_id: string
  readonly refresh_token: string
  readonly links: readonly string[]
}

let actor: string | undefined

/** Starts as Jane in Acme Portal; a second sign-in would have to wait for the next code. */
async function start(body: Record<string, unknown> = {}): Promise<Started> {
  actor ??= await signIn()
  const reason = 'cannot see charger 12'
  const answer = await cast.start({ actor, body: { reason, ticket: 'SUP-1234', ...body } })
  expect(answer.status).toBe(200)
  return answer.body as Started
}

/** The administrator may have one at a time. */
async function endWhatIsLeft(): Promise<void> {
  const token = await cast.serviceToken()
  const path = '/api/v1/impersonations'
  const found = await cast.request('GET', `${path}?status=active&actor=usr_root`, { token })
  for (const { id } of found.body.items as { id: string }[])
    await cast.request('DELETE', `${path}/${id}`, { token })
}

async function open({ links }: Started): Promise<void> {
  await page.goto(links[0] ?? '')
  await page.getByTestId('impersonation-banner').waitFor()
  await page.getByRole('heading', { name: 'Your orders' }).waitFor()
}

describe('The issuer’s pages', () => {
  it.each(['light', 'dark'] as const)('have no accessibility findings in %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    const request = authorization('admin-panel', { redirect_uri: server.callback })
    await page.goto(server.issuer + request.address)
    expect(await axe(page)).toEqual([])
    await page.getByLabel('E-mail').fill(ROOT)
    await page.getByLabel('Password', { exact: true }).fill('guess')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    expect(await axe(page)).toEqual([])
    await givePassword(ROOT)
    await page.getByLabel('6-digit code').waitFor()
    expect(await axe(page)).toEqual([])
    const billing = authorization('acme-billing', { redirect_uri: `${server.billing}/callback` })
    await page.goto(server.issuer + billing.address)
    await givePassword('omar@customer.test')
    await page.getByRole('heading', { name: 'Allow Acme Billing?' }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.goto(`${server.issuer}/session/end`)
    expect(await axe(page)).toEqual([])
    await page.goto(`${server.issuer}/auth?client_id=unknown`)
    expect(await axe(page)).toEqual([])
  })

  it('work without JavaScript', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false })
    page = await plain.newPage()
    const billing = authorization('acme-billing', { redirect_uri: `${server.billing}/callback` })
    await page.goto(server.issuer + billing.address)
    await givePassword('omar@customer.test')
    await page.getByRole('button', { name: 'Do not allow' }).click()
    await page.waitForURL(`${server.billing}/callback?*`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    await plain.close()
  })

  it('break no policy of their own', async () => {
    const portal = authorization('acme-portal', { redirect_uri: `${server.portal}/callback` })
    await page.goto(server.issuer + portal.address)
    await givePassword(JANE)
    await page.waitForURL(`${server.portal}/callback?*`)
    await page.goto(`${server.issuer}/session/end`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('hand over from one account to another, where the library’s form submits itself', async () => {
    const again = { redirect_uri: `${server.portal}/callback`, prompt: 'login' }
    for (const email of [JANE, 'omar@customer.test']) {
      await page.goto(server.issuer + authorization('acme-portal', again).address)
      await givePassword(email)
      await page.waitForURL(`${server.portal}/callback?*`)
      expect(new URL(page.url()).searchParams.has('code')).toBe(true)
    }
    expect(complaints).toEqual([])
  })

  it('cannot be shown in somebody else’s frame', async () => {
    const login = server.issuer + authorization('acme-portal').address
    await page.goto(`${server.callback}/framing`)
    await page.setContent(`<iframe src="${login.replaceAll('&', '&amp;')}"></iframe>`)
    await expect.poll(() => complaints.join()).toContain('frame-ancestors')
  })
})

describe('Being somebody else in Acme Portal', () => {
  it('shows who is acting for whom, and what the customer sees', async () => {
    await open(await start())
    expect(await page.getByTestId('impersonation-subject').textContent()).toBe(JANE)
    expect(await page.getByTestId('impersonation-actor').textContent()).toBe(ROOT)
    const banner = page.getByTestId('impersonation-banner')
    for (const part of ['Read-only', 'cannot see charger 12', 'SUP-1234', 'left']) {
      expect(await banner.textContent()).toContain(part)
    }
    expect(await page.locator('#orders tr').count()).toBeGreaterThan(0)
    expect(await page.title()).toContain(`Impersonating ${JANE}`)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await axe(page)).toEqual([])
    }
  })

  it('blocks a write in read-only mode, and says why', async () => {
    await open(await start())
    const orders = await page.locator('#orders tr').count()
    // It can be reached and pressed, and explains itself; a dead button would not.
    await page.getByTestId('add-order').press('Enter')
    expect(await page.getByRole('status').textContent()).toContain('read-only')
    expect(await page.locator('#orders tr').count()).toBe(orders)
  })

  it('lets a write through in full mode', async () => {
    await open(await start({ mode: 'full' }))
    const orders = await page.locator('#orders tr').count()
    await page.getByTestId('add-order').click()
    await expect.poll(() => page.getByRole('status').textContent()).toContain('Ordered: 1 ×')
    await expect.poll(() => page.locator('#orders tr').count()).toBe(orders + 1)
  })

  it('ends with a page that keeps nothing of the customer', async () => {
    const started = await start()
    await open(started)
    await page.getByTestId('impersonation-end').click()
    await page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(await axe(page)).toEqual([])
    expect(await page.getByTestId('impersonation-banner').count()).toBe(0)
    expect(await page.content()).not.toMatch(/jane|Jane/)
    expect(await page.title()).toBe('Acme Portal')
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([])
    const token = await cast.serviceToken()
    const path = `/api/v1/impersonations/${started.impersonation_id}`
    expect((await cast.request('GET', path, { token })).body).toMatchObject({
      status: 'ended',
      ended_by: 'impersonator',
    })
    await page.reload()
    await page.getByRole('heading', { name: 'Welcome to Acme Portal' }).waitFor()
  })

  it('says so when a link was used already', async () => {
    const started = await start()
    await open(started)
    const second = await context.newPage()
    await second.goto(started.links[0] ?? '')
    await second.getByRole('heading', { name: 'Not opened' }).waitFor()
    // The replay has ended it for both (RFC 9700 §4.14.2), and the first tab finds out by itself.
    await page.reload()
    await page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(await page.getByTestId('impersonation-banner').count()).toBe(0)
  })
})

describe('The token of a link', () => {
  it('leaves the address before anything is loaded, and is in nothing that stays', async () => {
    const requests: { url: string; referer: string }[] = []
    context.on('request', (request) => {
      requests.push({ url: request.url(), referer: request.headers()['referer'] ?? '' })
    })
    await context.addInitScript(`
      window.addresses = []
      const original = window.fetch
      window.fetch = (...input) => {
        window.addresses.push(location.href)
        return original(...input)
      }`)
    const started = await start()
    await open(started)
    const clean = `${server.portal}/callback`
    expect(page.url()).toBe(clean)
    const addresses = (await page.evaluate('window.addresses')) as string[]
    expect(new Set(addresses)).toEqual(new Set([clean]))

    const token = started.refresh_token
    const carrying = requests.filter(({ url }) => url.includes(token))
    expect(carrying.map(({ url }) => url)).toEqual([started.links[0]])
    expect(requests.filter(({ referer }) => referer !== '')).toEqual([])
    const entries = await page.evaluate('navigation.entries().map((entry) => entry.url)')
    expect(JSON.stringify(entries)).not.toContain(token)
    expect(server.output()).not.toContain(token)

    const kept = await page.evaluate(`(async () => ({
      session: Object.keys(sessionStorage),
      local: Object.keys(localStorage),
      cookie: document.cookie,
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      windowName: window.name,
    }))()`)
    expect(kept).toEqual({
      session: ['acme-portal.impersonation'],
      local: [],
      cookie: '',
      databases: [],
      caches: [],
      windowName: '',
    })
    // What is kept is the next one: that of the link is spent.
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain(token)
    expect(complaints).toEqual([])
  })

  it('is refused where links may not lead, beside a code, and after the end', async () => {
    const started = await start()
    const [link = ''] = started.links
    for (const address of [link.replace('/callback', '/'), `${link}&code=1&state=2`]) {
      await page.goto(address)
      await page.getByRole('heading', { name: 'Not opened' }).waitFor()
      expect(page.url()).not.toContain('refresh_token')
    }
    const token = await cast.serviceToken()
    const path = `/api/v1/impersonations/${started.impersonation_id}`
    expect((await cast.request('DELETE', path, { token })).status).toBe(204)
    await page.goto(link)
    await page.getByRole('heading', { name: 'Not opened' }).waitFor()
  })
})
