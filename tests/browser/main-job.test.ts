import type { Page, Request } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { axe } from '../support/browser.ts'
import type { Started } from '../support/demo-agent.ts'
import { givePassword, JANE, ROOT } from '../support/demo-agent.ts'
import { authorization, redeem } from '../support/visitor.ts'
import { onDemo } from './on-demo.ts'

const demo = onDemo()

async function open({ links }: Started, page: Page = demo.page): Promise<void> {
  await page.goto(links[0] ?? '')
  await page.getByTestId('impersonation-banner').waitFor()
  await page.getByTestId('orders').waitFor()
}

/** What the issuer sends to the portal; the portal itself takes it out of the address at once. */
const comingBack = (): Promise<Request> =>
  demo.page.waitForRequest((request) => request.url().startsWith(`${demo.server.portal}/callback?`))

/** What is opened before a page is there would stop it on its way. */
const arrived = (): Promise<void> => demo.page.waitForURL(`${demo.server.portal}/**`)

const orders = (): Promise<number> => demo.page.getByTestId('orders').locator('li').count()

describe('The issuer’s pages', () => {
  it.each(['light', 'dark'] as const)('have no accessibility findings in %s', async (scheme) => {
    await demo.page.emulateMedia({ colorScheme: scheme })
    const request = authorization('admin-panel', { redirect_uri: demo.server.callback })
    await demo.page.goto(demo.server.issuer + request.address)
    expect(await axe(demo.page)).toEqual([])
    await demo.page.getByLabel('E-mail').fill(ROOT)
    await demo.page.getByLabel('Password', { exact: true }).fill('guess')
    await demo.page.getByRole('button', { name: 'Sign in' }).click()
    await demo.page.getByRole('alert').waitFor()
    expect(await axe(demo.page)).toEqual([])
    await givePassword(demo.page, ROOT)
    await demo.page.getByLabel('6-digit code').waitFor()
    expect(await axe(demo.page)).toEqual([])
    const billing = authorization('acme-billing', {
      redirect_uri: `${demo.server.billing}/callback`,
    })
    await demo.page.goto(demo.server.issuer + billing.address)
    await givePassword(demo.page, 'omar@customer.test')
    await demo.page.getByRole('heading', { name: 'Allow Acme Billing?' }).waitFor()
    expect(await axe(demo.page)).toEqual([])
    await demo.page.goto(`${demo.server.issuer}/session/end`)
    expect(await axe(demo.page)).toEqual([])
    await demo.page.goto(`${demo.server.issuer}/auth?client_id=unknown`)
    expect(await axe(demo.page)).toEqual([])
  })

  it('work without JavaScript', async () => {
    const plain = await demo.browser.newContext({ javaScriptEnabled: false })
    const page = await plain.newPage()
    const billing = authorization('acme-billing', {
      redirect_uri: `${demo.server.billing}/callback`,
    })
    await page.goto(demo.server.issuer + billing.address)
    await givePassword(page, 'omar@customer.test')
    await page.getByRole('button', { name: 'Do not allow' }).click()
    await page.waitForURL(`${demo.server.billing}/callback?*`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    await plain.close()
  })

  it('break no policy of their own', async () => {
    const portal = authorization('acme-portal', { redirect_uri: `${demo.server.portal}/callback` })
    await demo.page.goto(demo.server.issuer + portal.address)
    const back = comingBack()
    await givePassword(demo.page, JANE)
    await back
    await arrived()
    await demo.page.goto(`${demo.server.issuer}/session/end`)
    await demo.page.getByRole('button', { name: 'Sign out' }).click()
    await demo.page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    expect(demo.complaints).toEqual([])
  })

  it('hand over from one account to another, where the library’s form submits itself', async () => {
    const again = { redirect_uri: `${demo.server.portal}/callback`, prompt: 'login' }
    for (const email of [JANE, 'omar@customer.test']) {
      await demo.page.goto(demo.server.issuer + authorization('acme-portal', again).address)
      const back = comingBack()
      await givePassword(demo.page, email)
      expect(new URL((await back).url()).searchParams.has('code')).toBe(true)
      await arrived()
    }
    expect(demo.complaints).toEqual([])
  })

  it('cannot be shown in somebody else’s frame', async () => {
    const login = demo.server.issuer + authorization('acme-portal').address
    await demo.page.setContent(`<iframe src="${login.replaceAll('&', '&amp;')}"></iframe>`)
    await expect.poll(() => demo.complaints.join()).toContain('frame-ancestors')
  })
})

describe('Being somebody else in Acme Portal', () => {
  it('shows who is acting for whom, and what the customer sees', async () => {
    await open(await demo.agent.start())
    expect(await demo.page.getByTestId('impersonation-subject').textContent()).toBe(JANE)
    expect(await demo.page.getByTestId('impersonation-actor').textContent()).toBe(ROOT)
    const banner = demo.page.getByTestId('impersonation-banner')
    for (const part of ['Read-only', 'Cannot see charger 12', 'SUP-1234', 'left']) {
      expect(await banner.textContent()).toContain(part)
    }
    expect(await demo.page.getByTestId('customer').textContent()).toBe('Jane Doe')
    expect(await orders()).toBeGreaterThan(2)
    await expect.poll(() => demo.page.title()).toBe('Impersonating – Your orders · Acme Portal')
    expect(demo.complaints).toEqual([])
  })

  it('blocks a write in read-only mode, and says why', async () => {
    await open(await demo.agent.start())
    const before = await orders()
    // It can be reached and pressed, and explains itself; a dead button would not.
    await demo.page.getByTestId('add-order').press('Enter')
    await demo.page.getByText('Nothing was changed: you are impersonating').waitFor()
    expect(await orders()).toBe(before)
    await demo.page.getByRole('link', { name: 'Profile' }).click()
    await expect.poll(() => demo.page.getByLabel('Phone').isDisabled()).toBe(true)
    await demo.page.getByText('Only Jane Doe can change this password.').waitFor()
    expect(demo.complaints).toEqual([])
  })

  it('lets a write through in full mode, and shows on the order who made it', async () => {
    await open(await demo.agent.start('acme-portal', { mode: 'full' }))
    const before = await orders()
    await demo.page.getByTestId('add-order').click()
    await demo.page.getByText('Ordered: 1 × Charging cable, 5 m.').waitFor()
    await expect.poll(orders).toBe(before + 1)
    await demo.page.getByTestId('orders').getByRole('link').first().click()
    await demo.page.getByText('Acme Support, in your name').waitFor()
    await demo.page.getByRole('button', { name: 'Cancel order…' }).click()
    await demo.page.getByTestId('impersonation-pill-end').waitFor()
    await demo.page.getByTestId('cancel-order').click()
    await demo.page.getByText('Cancelled', { exact: true }).waitFor()
    expect(demo.complaints).toEqual([])
  })

  it('ends with a page that keeps nothing of the customer', async () => {
    const started = await demo.agent.start()
    await open(started)
    await demo.page.getByTestId('impersonation-end').click()
    await demo.page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    await expect.poll(() => demo.page.getByTestId('impersonation-banner').count()).toBe(0)
    expect(await demo.page.content()).not.toMatch(/jane|Jane/)
    await expect.poll(() => demo.page.title()).toBe('Impersonation ended')
    await expect.poll(() => demo.page.evaluate('Object.keys(sessionStorage)')).toEqual([])
    await expect
      .poll(() => demo.agent.record(started))
      .toMatchObject({
        status: 'ended',
        ended_by: 'impersonator',
      })
    await demo.page.getByRole('link', { name: 'Back to the app' }).click()
    await demo.page.getByRole('heading', { name: 'Welcome to Acme Portal' }).waitFor()
    expect(demo.complaints).toEqual([])
  })

  it('leaves the customer’s own sign-in in another tab as it is', async () => {
    await demo.page.goto(demo.server.portal)
    await demo.page.getByRole('button', { name: 'Sign in' }).click()
    await givePassword(demo.page, 'omar@customer.test')
    await expect.poll(() => demo.page.getByTestId('customer').textContent()).toBe('Omar Haddad')
    const own = demo.page
    const kept = await own.evaluate('JSON.stringify(sessionStorage)')
    const page = await demo.context.newPage()
    await open(await demo.agent.start(), page)
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
    // The issuer's page has a button of that name, too.
    await own.waitForURL(`${demo.server.issuer}/**`)
    await own.getByRole('button', { name: 'Sign out' }).click()
    await own.getByRole('heading', { name: 'Welcome to Acme Portal' }).waitFor()
    expect(demo.complaints).toEqual([])
  })

  it('says so when a link was used already', async () => {
    const started = await demo.agent.start()
    await open(started)
    const second = await demo.context.newPage()
    await second.goto(started.links[0] ?? '')
    await second.getByRole('heading', { name: 'Not opened' }).waitFor()
    // The replay has ended it for both (RFC 9700 §4.14.2), and the first tab finds out by itself.
    await demo.page.bringToFront()
    await demo.page.reload()
    await demo.page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(await demo.page.getByTestId('impersonation-banner').count()).toBe(0)
  })
})

describe('The token of a link', () => {
  it('leaves the address before anything is loaded, and is in nothing that stays', async () => {
    const requests: { url: string; referer: string }[] = []
    demo.context.on('request', (request) => {
      requests.push({ url: request.url(), referer: request.headers()['referer'] ?? '' })
    })
    await demo.context.addInitScript(`
      window.addresses = []
      const original = window.fetch
      window.fetch = (...input) => {
        window.addresses.push(location.href)
        return original(...input)
      }`)
    const started = await demo.agent.start()
    await open(started)
    const clean = `${demo.server.portal}/callback`
    expect(demo.page.url()).toBe(clean)
    const addresses = (await demo.page.evaluate('window.addresses')) as string[]
    expect(new Set(addresses)).toEqual(new Set([clean]))

    const token = started.refresh_token
    const carrying = requests.filter(({ url }) => url.includes(token))
    expect(carrying.map(({ url }) => url)).toEqual([started.links[0]])
    expect(requests.filter(({ referer }) => referer !== '')).toEqual([])
    const entries = await demo.page.evaluate('navigation.entries().map((entry) => entry.url)')
    expect(JSON.stringify(entries)).not.toContain(token)
    expect(demo.server.output()).not.toContain(token)

    const kept = await demo.page.evaluate(`(async () => ({
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
    expect(await demo.page.evaluate('JSON.stringify(sessionStorage)')).not.toContain(token)
    expect(demo.complaints).toEqual([])
  })

  it('is refused where links may not lead, beside a code, and after the end', async () => {
    const started = await demo.agent.start()
    const [link = ''] = started.links
    await demo.page.goto(link.replace('/callback', '/'))
    await demo.page.getByRole('heading', { name: 'Welcome to Acme Portal' }).waitFor()
    expect(demo.page.url()).toBe(`${demo.server.portal}/`)
    await demo.page.goto(`${link}&code=1&state=2`)
    await demo.page.getByRole('heading', { name: 'Not opened' }).waitFor()
    expect(demo.page.url()).not.toContain('refresh_token')
    await demo.agent.endAll()
    await demo.page.goto(link)
    await demo.page.getByRole('heading', { name: 'Not opened' }).waitFor()
  })

  it('is revoked and refused when it is an ordinary one (login CSRF)', async () => {
    const scope = 'openid offline_access'
    const asked = { redirect_uri: `${demo.server.portal}/callback`, scope, prompt: 'consent' }
    const request = authorization('acme-portal', asked)
    await demo.page.goto(demo.server.issuer + request.address)
    const back = comingBack()
    await givePassword(demo.page, 'omar@customer.test')
    await demo.page.getByRole('button', { name: 'Allow', exact: true }).click()
    const { body } = await redeem(demo.agent.cast, request, (await back).url())
    const token = body.refresh_token as string
    const fresh = await demo.browser.newContext()
    const victim = await fresh.newPage()
    await victim.goto(
      `${demo.server.portal}/callback?refresh_token=${token}&refresh_token_expires_in=9`,
    )
    await victim.getByRole('heading', { name: 'Not opened' }).waitFor()
    await victim.getByText('Not an impersonation; its token was revoked.').waitFor()
    expect(await victim.evaluate('sessionStorage.length')).toBe(0)
    expect((await demo.agent.cast.refresh(token)).body.error).toBe('invalid_grant')
    await fresh.close()
  })
})
