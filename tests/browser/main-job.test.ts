import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { axe, launchBrowser } from '../support/browser.ts'
import type { DemoAgent, Started } from '../support/demo-agent.ts'
import { givePassword, JANE, ROOT, signInAgent } from '../support/demo-agent.ts'
import type { DemoServer } from '../support/demo-server.ts'
import { startDemoServer } from '../support/demo-server.ts'
import { authorization, redeem } from '../support/visitor.ts'

// A browser on a busy machine takes its time; nothing here waits for a clock.
vi.setConfig({ testTimeout: 60_000 })

let server: DemoServer
let agent: DemoAgent
let browser: Browser
let context: BrowserContext
let page: Page
/** What the browser complained about: scripts, policies, missing files. */
let complaints: string[]

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startDemoServer(), launchBrowser()])
  agent = await signInAgent(server, browser)
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
  await agent.endAll()
})

async function open({ links }: Started): Promise<void> {
  await page.goto(links[0] ?? '')
  await page.getByTestId('impersonation-banner').waitFor()
  await page.getByTestId('orders').waitFor()
}

/** What the issuer sends to the portal; the portal itself takes it out of the address at once. */
const comingBack = (): Promise<Request> =>
  page.waitForRequest((request) => request.url().startsWith(`${server.portal}/callback?`))

const orders = (): Promise<number> => page.getByTestId('orders').locator('li').count()

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
    await givePassword(page, ROOT)
    await page.getByLabel('6-digit code').waitFor()
    expect(await axe(page)).toEqual([])
    const billing = authorization('acme-billing', { redirect_uri: `${server.billing}/callback` })
    await page.goto(server.issuer + billing.address)
    await givePassword(page, 'omar@customer.test')
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
    await givePassword(page, 'omar@customer.test')
    await page.getByRole('button', { name: 'Do not allow' }).click()
    await page.waitForURL(`${server.billing}/callback?*`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    await plain.close()
  })

  it('break no policy of their own', async () => {
    const portal = authorization('acme-portal', { redirect_uri: `${server.portal}/callback` })
    await page.goto(server.issuer + portal.address)
    const back = comingBack()
    await givePassword(page, JANE)
    await back
    await page.goto(`${server.issuer}/session/end`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('hand over from one account to another, where the library’s form submits itself', async () => {
    const again = { redirect_uri: `${server.portal}/callback`, prompt: 'login' }
    for (const email of [JANE, 'omar@customer.test']) {
      await page.goto(server.issuer + authorization('acme-portal', again).address)
      const back = comingBack()
      await givePassword(page, email)
      expect(new URL((await back).url()).searchParams.has('code')).toBe(true)
    }
    expect(complaints).toEqual([])
  })

  it('cannot be shown in somebody else’s frame', async () => {
    const login = server.issuer + authorization('acme-portal').address
    await page.setContent(`<iframe src="${login.replaceAll('&', '&amp;')}"></iframe>`)
    await expect.poll(() => complaints.join()).toContain('frame-ancestors')
  })
})

describe('Being somebody else in Acme Portal', () => {
  it('shows who is acting for whom, and what the customer sees', async () => {
    await open(await agent.start())
    expect(await page.getByTestId('impersonation-subject').textContent()).toBe(JANE)
    expect(await page.getByTestId('impersonation-actor').textContent()).toBe(ROOT)
    const banner = page.getByTestId('impersonation-banner')
    for (const part of ['Read-only', 'Cannot see charger 12', 'SUP-1234', 'left']) {
      expect(await banner.textContent()).toContain(part)
    }
    expect(await page.getByTestId('customer').textContent()).toBe('Jane Doe')
    expect(await orders()).toBeGreaterThan(2)
    expect(await page.title()).toBe('Impersonating – Your orders · Acme Portal')
    expect(complaints).toEqual([])
  })

  it('blocks a write in read-only mode, and says why', async () => {
    await open(await agent.start())
    const before = await orders()
    // It can be reached and pressed, and explains itself; a dead button would not.
    await page.getByTestId('add-order').press('Enter')
    await page.getByText('Nothing was changed: you are impersonating').waitFor()
    expect(await orders()).toBe(before)
    await page.getByRole('link', { name: 'Profile' }).click()
    expect(await page.getByLabel('Phone').isDisabled()).toBe(true)
    await page.getByText('Only Jane Doe can change this password.').waitFor()
    expect(complaints).toEqual([])
  })

  it('lets a write through in full mode, and shows on the order who made it', async () => {
    await open(await agent.start('acme-portal', { mode: 'full' }))
    const before = await orders()
    await page.getByTestId('add-order').click()
    await page.getByText('Ordered: 1 × Charging cable, 5 m.').waitFor()
    await expect.poll(orders).toBe(before + 1)
    await page.getByTestId('orders').getByRole('link').first().click()
    await page.getByText('Acme Support, in your name').waitFor()
    await page.getByRole('button', { name: 'Cancel order…' }).click()
    await page.getByTestId('impersonation-pill-end').waitFor()
    await page.getByTestId('cancel-order').click()
    await page.getByText('Cancelled', { exact: true }).waitFor()
    expect(complaints).toEqual([])
  })

  it('ends with a page that keeps nothing of the customer', async () => {
    const started = await agent.start()
    await open(started)
    await page.getByTestId('impersonation-end').click()
    await page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(await page.getByTestId('impersonation-banner').count()).toBe(0)
    expect(await page.content()).not.toMatch(/jane|Jane/)
    expect(await page.title()).toBe('Impersonation ended')
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([])
    expect(await agent.record(started)).toMatchObject({
      status: 'ended',
      ended_by: 'impersonator',
    })
    await page.getByRole('link', { name: 'Back to the app' }).click()
    await page.getByRole('heading', { name: 'Welcome to Acme Portal' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('leaves the customer’s own sign-in in another tab as it is', async () => {
    await page.goto(server.portal)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await givePassword(page, 'omar@customer.test')
    await expect.poll(() => page.getByTestId('customer').textContent()).toBe('Omar Haddad')
    const own = page
    const kept = await own.evaluate('JSON.stringify(sessionStorage)')
    page = await context.newPage()
    await open(await agent.start())
    await page.getByTestId('impersonation-end').click()
    await page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(await own.evaluate('JSON.stringify(sessionStorage)')).toBe(kept)
    await own.bringToFront()
    await own.getByTestId('add-order').click()
    await own.getByText('Ordered: 1 ×').waitFor()
    await own.getByRole('link', { name: 'Profile' }).click()
    await own.getByLabel(/New password/).fill('a much longer one')
    await own.getByRole('button', { name: 'Change password' }).click()
    await own.getByText('Accepted.').waitFor()
    await own.getByRole('button', { name: 'Sign out' }).click()
    await own.getByRole('button', { name: 'Sign out' }).click()
    await own.getByRole('heading', { name: 'Welcome to Acme Portal' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('says so when a link was used already', async () => {
    const started = await agent.start()
    await open(started)
    const second = await context.newPage()
    await second.goto(started.links[0] ?? '')
    await second.getByRole('heading', { name: 'Not opened' }).waitFor()
    // The replay has ended it for both (RFC 9700 §4.14.2), and the first tab finds out by itself.
    await page.bringToFront()
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
    const started = await agent.start()
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
      session: ['understudy.acme-portal'],
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
    const started = await agent.start()
    const [link = ''] = started.links
    await page.goto(link.replace('/callback', '/'))
    await page.getByRole('heading', { name: 'Welcome to Acme Portal' }).waitFor()
    expect(page.url()).toBe(`${server.portal}/`)
    await page.goto(`${link}&code=1&state=2`)
    await page.getByRole('heading', { name: 'Not opened' }).waitFor()
    expect(page.url()).not.toContain('refresh_token')
    await agent.endAll()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Not opened' }).waitFor()
  })

  it('is revoked and refused when it is an ordinary one (login CSRF)', async () => {
    const scope = 'openid offline_access'
    const asked = { redirect_uri: `${server.portal}/callback`, scope, prompt: 'consent' }
    const request = authorization('acme-portal', asked)
    await page.goto(server.issuer + request.address)
    const back = comingBack()
    await givePassword(page, 'omar@customer.test')
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    const { body } = await redeem(agent.cast, request, (await back).url())
    const token = body.refresh_token as string
    const fresh = await browser.newContext()
    const victim = await fresh.newPage()
    await victim.goto(`${server.portal}/callback?refresh_token=${token}&refresh_token_expires_in=9`)
    await victim.getByRole('heading', { name: 'Not opened' }).waitFor()
    await victim.getByText('Not an impersonation; its token was revoked.').waitFor()
    expect(await victim.evaluate('sessionStorage.length')).toBe(0)
    expect((await agent.cast.refresh(token)).body.error).toBe('invalid_grant')
    await fresh.close()
  })
})
