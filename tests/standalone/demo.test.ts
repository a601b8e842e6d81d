import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import type { AuditEvent, ImpersonationExtension, Storage } from 'understudy'
import { createImpersonation, openStorage, serviceScopes } from 'understudy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { S2sConfig } from '../../server/src/configs/variable.ts'
import { demoApps } from '../../server/src/standalone/demo/apps.ts'
import type { DemoUrls } from '@understudy/demo'
import { people } from '../../server/src/standalone/demo/people.ts'
import type { Seeded } from '../../server/src/standalone/demo/seed.ts'
import { seedApps, seedDemo } from '../../server/src/standalone/demo/seed.ts'
import { startTable } from '../../server/src/standalone/demo/start-table.ts'
import { freePorts } from '../support/free-port.ts'
import { createDirectory } from '../../server/src/standalone/directory.ts'

const DAY = 24 * 3600 * 1000
const ALL = { cursor: null, limit: 100 }

let urls: DemoUrls
let storage: Storage
let impersonation: ImpersonationExtension
let provider: Provider
let started: number
const closing: (() => Promise<unknown>)[] = []

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

const seed = (): Promise<Seeded> =>
  seedDemo({
    storage,
    impersonation,
    urls,
    hashPassword: (password) => Promise.resolve(`hash of ${password}`),
    sealTotpSecret: (secret, sub) => `sealed ${secret} of ${sub}`,
  })

beforeAll(async () => {
  const first = await freePorts(5)
  const at = [0, 1, 2, 3, 4].map((offset) => `http://localhost:${first + offset}`)
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
    const { events: timeline } = await storage.audit.timeline(yesterday?.impersonation.id ?? '')
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
    expect(await seed()).toEqual({ made: false, leftOut: null })
    expect((await trail()).length).toBe(before)
    expect((await impersonation.list({}, ALL)).items).toHaveLength(3)
  })

  test('is described at the start: places, people, the password', () => {
    const table = startTable(urls, { impersonationRoles: ['super_admin'] })
    for (const text of [urls.issuer, urls.portal, 'root@acme.test', 'understudy-demo', 'Try: ']) {
      expect(table).toContain(text)
    }
    expect(table).toMatch(/olga@northwind.test .*: may, once an operator adds the role$/m)
    const roles = ['super_admin', { role: 'org_admin', within: 'organization' }] as const
    expect(startTable(urls, { impersonationRoles: roles })).toMatch(
      /olga@northwind.test .*: may impersonate its members$/m,
    )
    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
  })
})
