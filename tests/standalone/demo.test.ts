import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import type { Browser, Page } from 'playwright-core'
import type { AuditEvent, ImpersonationExtension, Storage } from 'understudy'
import { createImpersonation, openStorage, serviceScopes } from 'understudy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { S2sConfig } from '../../server/src/configs/variable.ts'
import { demoApps } from '../../server/src/standalone/demo/apps.ts'
import type { DemoUrls } from '../../server/src/standalone/demo/demo-urls.ts'
import { people } from '../../server/src/standalone/demo/people.ts'
import { seedApps, seedDemo } from '../../server/src/standalone/demo/seed.ts'
import { startDemo } from '../../server/src/standalone/demo/start-demo.ts'
import { startTable } from '../../server/src/standalone/demo/start-table.ts'
import { createDirectory } from '../../server/src/standalone/directory.ts'
import { listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import { axe, launchBrowser } from '../support/browser.ts'

const DAY = 24 * 3600 * 1000
const ALL = { cursor: null, limit: 100 }
const ORIGIN = { requestId: null, ip: null, userAgent: null }

let urls: DemoUrls
let storage: Storage
let impersonation: ImpersonationExtension
let provider: Provider
let started: number
let browser: Browser
const closing: (() => Promise<unknown>)[] = []

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '::'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()))
  return ports
}

async function makeProvider(): Promise<Provider> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const clients = demoApps(urls).map((app) => ({
    client_id: app.clientId,
    ...(app.secretHash !== null && { client_secret: `${app.clientId}-secret` }),
    token_endpoint_auth_method: app.secretHash === null ? 'none' : 'client_secret_basic',
    redirect_uris: [...app.redirectUris],
    grant_types: [...app.grantTypes],
    response_types: app.grantTypes.includes('authorization_code') ? ['code'] : [],
    scope: app.type === 's2s' ? app.serviceScope : app.scope,
    id_token_signed_response_alg: app.idTokenAlg,
  }))
  const scopes = ['openid', 'profile', 'email', 'orders:read', 'orders:write', 'offline_access']
  return new Provider(
    urls.issuer,
    impersonation.configure({
      clients: clients as never,
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'k1' }] as never },
      scopes: [...scopes, ...serviceScopes],
      cookies: { keys: ['test'] },
      clientBasedCORS: () => true,
      enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
      features: {
        clientCredentials: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        revocation: { enabled: true },
      },
      findAccount: async (_, sub) => {
        const account = await storage.accounts.find(sub)
        return account && { accountId: sub, claims: () => ({ sub, email: account.email }) }
      },
    }),
  )
}

const seed = (): Promise<boolean> =>
  seedDemo({
    storage,
    impersonation,
    urls,
    hashPassword: (password) => Promise.resolve(`hash of ${password}`),
    sealTotpSecret: (secret, sub) => `sealed ${secret} of ${sub}`,
  })

beforeAll(async () => {
  const at = (await freePorts(5)).map((port) => `http://localhost:${port}`)
  const [issuer = '', panel = '', portal = '', billing = '', resource = ''] = at
  urls = { issuer, panel, portal, billing, resource }
  const folder = await mkdtemp(join(tmpdir(), 'understudy-demo-'))
  closing.push(() => rm(folder, { recursive: true }))
  storage = openStorage({ folder })
  closing.push(() => storage.close())
  await storage.migrate()
  const directory = createDirectory(storage, Date.now)
  impersonation = createImpersonation({ stores: storage, directory, settings: S2sConfig })
  await seedApps({ storage }, urls)
  provider = await makeProvider()
  provider.use(impersonation.routes(provider))
  started = Date.now()
  await seed()
})

afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

async function trail(): Promise<AuditEvent[]> {
  const events: AuditEvent[] = []
  for await (const event of storage.audit.stream({})) events.push(event)
  return events
}

const count = (events: readonly AuditEvent[], action: string): number =>
  events.filter((event) => event.action === action).length

describe('The demo data', () => {
  test('has the people of contract §7, a few dozen more, and one password', async () => {
    const roles = { root: 'super_admin', root2: 'super_admin', support: 'support_admin' }
    for (const [key, role] of Object.entries({
      ...roles,
      agent: 'support_agent',
      olga: 'org_admin',
    })) {
      const account = await storage.accounts.find(`usr_${key}`)
      expect(account).toMatchObject({ roles: [role], status: 'active' })
      expect((await storage.secondFactors.find(`usr_${key}`))?.sealedSecret).toBe(
        `sealed JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP of usr_${key}`,
      )
    }
    expect(await storage.secondFactors.find('usr_jane')).toBeUndefined()
    const jane = await storage.accounts.findCredentials('jane@customer.test')
    expect(jane).toMatchObject({
      account: {
        sub: 'usr_jane',
        organization: { name: 'Northwind' },
        roles: [],
        status: 'active',
      },
      passwordHash: 'hash of understudy-demo',
    })
    const omar = await storage.accounts.find('usr_omar')
    expect(omar).toMatchObject({ email: 'omar@customer.test', organization: { name: 'Contoso' } })
    expect(await storage.accounts.find('usr_lena')).toMatchObject({ status: 'disabled' })
    expect(people.length).toBeGreaterThan(45)
    expect(new Set(people.map(({ email }) => email)).size).toBe(people.length)
  })

  test('has the apps of contract §7', async () => {
    const { items } = await storage.apps.list(ALL)
    expect(
      items.map(({ clientId, type, requireConsent }) => [clientId, type, requireConsent]),
    ).toEqual([
      ['acme-backend', 's2s', false],
      ['acme-billing', 'spa', true],
      ['acme-portal', 'spa', false],
      ['acme-readonly', 's2s', false],
      ['acme-web', 'web', false],
      ['admin-panel', 'web', false],
    ])
    const readonly = await storage.apps.find('acme-readonly')
    expect(readonly?.serviceScope).toBe('read_impersonation read_user read_app read_audit')
    expect(await storage.apps.find('acme-billing')).toMatchObject({
      redirectUris: [`${urls.billing}/callback`, `${urls.billing}/callback?from=billing`],
      secretHash: null,
    })
  })

  test('has the consents of jane and omar', async () => {
    const appsOf = async (sub: string): Promise<string[]> =>
      (await storage.consents.listOf(sub)).map(({ app }) => app)
    expect(await appsOf('usr_jane')).toEqual(['acme-billing', 'acme-portal'])
    expect(await appsOf('usr_omar')).toEqual(['acme-portal'])
  })

  test('has two ended impersonations and a live one of root2, none of root', async () => {
    const { items } = await impersonation.list({}, ALL)
    const shown = items.map(({ impersonation: { actor, subject, app, mode, ended } }) => [
      [actor, subject, app, mode],
      ended?.by ?? null,
    ])
    expect(shown).toEqual([
      [['usr_root2', 'usr_leilani', 'acme-portal', 'read_only'], null],
      [['usr_root', 'usr_jane', 'acme-portal', 'read_only'], 'impersonator'],
      [['usr_root2', 'usr_kwame', 'acme-portal', 'full'], 'expired'],
    ])
    expect(await storage.impersonations.findOpenByActor('usr_root')).toBeUndefined()
    const [, yesterday] = items
    const timeline = await storage.audit.timeline(yesterday?.impersonation.id ?? '')
    expect(timeline.map(({ action }) => action)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
      'impersonation.request',
      'impersonation.write_blocked',
      'impersonation.refreshed',
      'impersonation.request',
      'impersonation.refreshed',
      'impersonation.ended',
    ])
  })

  test('has two weeks of history, all of it in the past, each start with one end', async () => {
    const events = await trail()
    expect(events.length).toBeGreaterThan(250)
    expect(events.length).toBeLessThan(700)
    const past = events.filter(({ at }) => at < started)
    // The live one, and nothing else, happened after the demo was begun.
    expect(events.length - past.length).toBe(1)
    expect(past.every(({ at }) => at > started - 14 * DAY)).toBe(true)
    const ofRecord = events.filter(({ action }) => /^impersonation\.(started|ended)$/.test(action))
    const perRecord = Object.groupBy(ofRecord, (event) => event.impersonation ?? '')
    const pairs = Object.values(perRecord).map((pair = []) =>
      pair.map(({ action }) => action).toSorted(),
    )
    expect(pairs.toSorted((one, other) => one.length - other.length)).toEqual([
      ['impersonation.started'],
      ['impersonation.ended', 'impersonation.started'],
      ['impersonation.ended', 'impersonation.started'],
    ])
    expect(count(events, 'login.failed')).toBeGreaterThan(20)
    expect(count(events, 'user.searched')).toBeGreaterThan(20)
    expect(count(events, 'impersonation.denied')).toBe(9)
    expect(count(events, 'impersonation.checked')).toBe(9)
    expect(count(events, 'privilege_violation')).toBe(2)
  })

  test('says of nobody that they signed in later than the trail does, or while disabled', async () => {
    const logins = (await trail()).filter(({ action }) => action === 'login.succeeded')
    for (const person of people) {
      const last = logins.find(({ actor }) => actor === person.sub)
      const account = await storage.accounts.find(person.sub)
      const before = last === undefined ? started - 14 * DAY : last.at
      expect(account?.lastLoginAt ?? before).toBeLessThanOrEqual(before)
      expect(last === undefined || account?.lastLoginAt === last.at).toBe(true)
      expect(person.status === 'active' || before < started - 5 * DAY).toBe(true)
    }
  })

  test('is made once: a second start changes nothing', async () => {
    const before = (await trail()).length
    await seedApps({ storage }, urls)
    expect(await seed()).toBe(false)
    expect((await trail()).length).toBe(before)
    expect((await impersonation.list({}, ALL)).items).toHaveLength(3)
  })

  test('is described at the start: places, people, the password', () => {
    const table = startTable(urls)
    for (const text of [urls.issuer, urls.portal, 'root@acme.test', 'understudy-demo', 'Try: ']) {
      expect(table).toContain(text)
    }
    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
  })
})

/** A link for an administrator who has just signed in with a second factor. */
async function linkTo(app: string, mode: 'read_only' | 'full'): Promise<string[]> {
  const account = await storage.accounts.find('usr_root')
  if (account === undefined) throw new Error('no usr_root')
  const running = await storage.impersonations.findOpenByActor('usr_root')
  if (running !== undefined) await impersonation.revoke(running.id, ORIGIN)
  const wish = { mode, reason: 'Cannot see charger 12', ticket: 'SUP-1234' }
  const asked = { service: null, subject: 'usr_jane', app, wish, redeemWithin: null }
  const actor = { account, mfaAt: Math.floor(Date.now() / 1000), session: null }
  return [...(await impersonation.start({ ...asked, origin: ORIGIN }, actor)).links]
}

describe('The apps of the demo, in a browser', () => {
  beforeAll(async () => {
    const issuer = await listenOnLoopback(Number(new URL(urls.issuer).port), provider.callback())
    closing.push(() => issuer.close())
    const demo = await startDemo(urls)
    closing.push(() => demo.close())
    browser = await launchBrowser()
    closing.push(() => browser.close())
  })

  /** Opens a page and everything it complained about. */
  async function open(
    link: string,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 1100, height: 900 },
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() !== 'log') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(link)
    return { page, complaints }
  }

  test('portal: banner, orders, nothing to write in read-only mode, an end', async () => {
    const [link = ''] = await linkTo('acme-portal', 'read_only')
    const { page, complaints } = await open(link)
    await expect
      .poll(() => page.getByTestId('orders').locator('tbody tr').count())
      .toBeGreaterThan(2)
    expect(page.url()).toBe(`${urls.portal}/callback`)
    expect(await page.getByTestId('impersonation-actor').textContent()).toBe('root@acme.test')
    expect(await page.getByTestId('impersonation-subject').textContent()).toBe('jane@customer.test')
    await page.getByTestId('add-order').click({ force: true })
    expect(await page.locator('#message').textContent()).toContain('read-only')
    expect(await axe(page)).toEqual([])
    await page.setViewportSize({ width: 320, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    await page.reload()
    await page.getByTestId('impersonation-end').click()
    await page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    expect(await page.getByTestId('impersonation-banner').count()).toBe(0)
    expect(await page.content()).not.toContain('Jane Doe')
    expect([await axe(page), complaints]).toEqual([[], []])
    const [last] = (await impersonation.list({ actor: 'usr_root' }, ALL)).items
    expect(last?.impersonation.ended?.reason).toBe('ended_by_impersonator')
  })

  test('billing: a redirect URI with a query, dark, an order in full mode, an end elsewhere', async () => {
    const [, link = ''] = await linkTo('acme-billing', 'full')
    const { page, complaints } = await open(link, 'dark')
    const rows = page.getByTestId('orders').locator('tbody tr')
    await expect.poll(() => rows.count()).toBeGreaterThan(2)
    expect(page.url()).toBe(`${urls.billing}/callback?from=billing`)
    const before = await rows.count()
    await page.getByTestId('add-order').click()
    await expect.poll(() => rows.count()).toBe(before + 1)
    expect(await axe(page)).toEqual([])
    const running = await storage.impersonations.findOpenByActor('usr_root')
    await impersonation.revoke(running?.id ?? '', ORIGIN)
    await page.getByTestId('add-order').click()
    await page.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    // The browser itself reports the 401 that the page was waiting for.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })

  test('a link is good once, and the page says so', async () => {
    const [link = ''] = await linkTo('acme-portal', 'read_only')
    const first = await open(link)
    await first.page.getByTestId('impersonation-banner').waitFor()
    const { page } = await open(link)
    await page.getByText('expired or was used already').waitFor()
    expect(page.url()).toBe(`${urls.portal}/callback`)
  })

  test('an ordinary refresh token is revoked and refused (login CSRF)', async () => {
    const client = await provider.Client.find('acme-portal')
    const grant = new provider.Grant({ accountId: 'usr_omar', clientId: 'acme-portal' })
    grant.addOIDCScope('openid offline_access')
    const scope = 'openid offline_access'
    const ordinary = { client, accountId: 'usr_omar', scope, grantId: await grant.save() }
    const token = await new provider.RefreshToken({
      ...ordinary,
      gty: 'authorization_code',
    } as never).save()
    const { page } = await open(`${urls.portal}/callback?refresh_token=${token}&keep=1#x=2`)
    await page.getByText('does not belong to an impersonation').waitFor()
    expect(page.url()).toBe(`${urls.portal}/callback?keep=1#x=2`)
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
    expect(await provider.Grant.find(ordinary.grantId)).toBeUndefined()
  })

  test('ambiguous links and links to other pages are cleaned and refused', async () => {
    for (const path of [
      '/callback?refresh_token=a#refresh_token=b',
      '/callback?refresh_token=a&code=b',
      '/?refresh_token=a',
    ]) {
      const { page } = await open(urls.portal + path)
      await page.getByRole('heading', { name: 'Not opened' }).waitFor()
      expect(page.url()).not.toContain('refresh_token')
    }
  })

  test('without a link the page only says what it is', async () => {
    const { page, complaints } = await open(urls.billing)
    await page.getByRole('heading', { name: 'Welcome to Acme Billing' }).waitFor()
    expect([await axe(page), complaints]).toEqual([[], []])
  })

  test('every answer keeps the token to the page: policy, referrer, frames, cache', async () => {
    const response = await fetch(`${urls.portal}/callback?refresh_token=x`)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-security-policy':
        `default-src 'self'; connect-src 'self' ${urls.issuer} ${urls.resource}; ` +
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    expect((await fetch(`${urls.portal}/../apps.ts`)).status).toBe(404)
    expect((await fetch(urls.portal, { method: 'POST' })).status).toBe(405)
  })
})
