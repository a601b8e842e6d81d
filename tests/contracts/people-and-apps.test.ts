import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Account, RegisteredApp } from 'understudy'
import { ConditionLost } from 'understudy'
import { account } from '../support/plain-directory.ts'
import type { Stores } from '../support/stores.ts'
import { databases, NOW, openStores } from '../support/stores.ts'

const FIRST = { cursor: null, limit: 25 }

const northwind = { id: 'org_n', name: 'Northwind Ärzte' }
const people: Account[] = [
  account('usr_1', { email: 'agnes@acme.test', name: 'Agnes', roles: ['super_admin'] }),
  account('usr_2', { email: 'b_b@customer.test', name: '100% Bob', organization: northwind }),
  account('usr_3', { email: 'bxb@customer.test', name: 'Änne Öz', status: 'disabled' }),
  account('usr_4', { email: 'carl@customer.test', name: 'Carl\\Carla', roles: ['superxadmin'] }),
]

const portal: RegisteredApp = {
  clientId: 'acme-portal',
  name: 'Acme Portal',
  type: 'spa',
  enabled: true,
  requireConsent: false,
  redirectUris: ['http://localhost:4002/callback'],
  scope: 'openid profile',
  writeScopes: ['orders:write'],
  resources: ['http://localhost:4004'],
  secretHash: null,
  postLogoutRedirectUris: ['http://localhost:4002/'],
  serviceScope: '',
  grantTypes: ['authorization_code', 'refresh_token'],
  idTokenAlg: 'ES256',
  introspectsAll: false,
}

describe.each(databases)('the stores of the ready-made server on %s', (database) => {
  let stores: Stores

  beforeEach(async () => {
    stores = await openStores(database)
    const { accounts } = stores.storage
    await accounts.addOrganization(northwind.id, northwind.name)
    for (const person of people) await accounts.add(person, null, NOW)
  })
  afterEach(() => stores.close())

  describe('accounts', () => {
    const store = (): Stores['storage']['accounts'] => stores.storage.accounts

    it('are found by their exact id, and by their e-mail in any case', async () => {
      expect(await store().find('usr_2')).toEqual(people[1])
      expect(await store().find('USR_2')).toBeUndefined()
      await store().add(account('usr_9', { email: 'Zoe@Acme.test' }), 'hash', NOW)
      expect(await store().findCredentials('zoE@acme.TEST')).toEqual({
        account: account('usr_9', { email: 'zoe@acme.test' }),
        passwordHash: 'hash',
      })
    })

    it.each([
      ['id', account('usr_1', { email: 'new@acme.test' })],
      ['e-mail', account('usr_new', { email: 'AGNES@acme.test' })],
    ])('have an %s nobody else has', async (_, twin) => {
      await expect(store().add(twin, null, NOW)).rejects.toEqual(new ConditionLost('exists'))
    })

    it('change in status, roles and last login', async () => {
      await store().setStatus('usr_2', 'disabled')
      await store().setRoles('usr_2', ['org_admin'])
      await store().noteLogin('usr_2', NOW)
      expect(await store().find('usr_2')).toEqual({
        ...people[1],
        status: 'disabled',
        roles: ['org_admin'],
        lastLoginAt: NOW,
      })
    })

    it('keep their roles when somebody else has changed them meanwhile', async () => {
      await store().setRoles('usr_2', ['org_admin'], [])
      const late = store().setRoles('usr_2', ['super_admin'], [])
      await expect(late).rejects.toEqual(new ConditionLost('changed'))
      expect((await store().find('usr_2'))?.roles).toEqual(['org_admin'])
    })

    it.each([
      ['', [0, 1, 2, 3]],
      ['AGNES', [0]],
      ['usr_3', [2]],
      ['northwind', [1]],
      ['ärzte', [1]],
      ['Änne', [2]],
      ['änne öz', [2]],
      ['b_b', [1]],
      ['100%', [1]],
      ['l\\c', [3]],
      ['%', []],
      ['Ä', [1, 2]],
      ['bo', [1]],
      ['ob', []],
      ['"', []],
      ["' or 1=1 --", []],
    ])('are searched for literally: %j', async (q, wanted) => {
      const found = await store().search({ q }, FIRST)
      expect(found.items).toEqual(wanted.map((index) => people[index]))
    })

    it('are found by what they are called now, and so is their organisation', async () => {
      await stores.sql("update account set name = 'Robert' where sub = 'usr_2'")
      await stores.sql("update organization set name = 'Southwind' where id = 'org_n'")
      const found = async (q: string): Promise<string[]> =>
        (await store().search({ q }, FIRST)).items.map(({ sub }) => sub)
      expect(await found('robert')).toEqual(['usr_2'])
      expect(await found('southwind')).toEqual(['usr_2'])
      expect(await found('northwind')).toEqual([])
      expect(await found('100%')).toEqual([])
    })

    it.each([
      [{ role: 'super_admin' }, [0]],
      [{ organization: 'org_n' }, [1]],
      [{ organization: 'org_n', q: 'bob', status: 'active' }, [1]],
      [{ organization: 'org_n', role: 'super_admin' }, []],
      [{ organization: 'ORG_N' }, []],
      [{ status: 'active', role: 'superxadmin' }, [3]],
      [{ role: 'SUPER_ADMIN' }, []],
      [{ role: 'admin' }, []],
      [{ status: 'disabled' }, [2]],
      [{ status: 'active', q: 'customer' }, [1, 3]],
    ] as const)('are filtered by %j', async (filter, wanted) => {
      const found = await store().search(filter, FIRST)
      expect(found.items).toEqual(wanted.map((index) => people[index]))
    })

    it('are listed page by page in the order of their e-mails', async () => {
      const seen: Account[] = []
      let cursor: string | null = null
      do {
        const page: Awaited<ReturnType<Stores['storage']['accounts']['search']>> =
          await store().search({}, { cursor, limit: 1 })
        seen.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== null)
      expect(seen.map(({ sub }) => sub).toSorted()).toEqual(['usr_1', 'usr_2', 'usr_3', 'usr_4'])
    })
  })

  describe('second factors', () => {
    const store = (): Stores['storage']['secondFactors'] => stores.storage.secondFactors

    it('accept a step once, and no earlier one afterwards', async () => {
      await store().enrol('usr_1', 'sealed', NOW)
      expect(await store().find('usr_1')).toEqual({ sealedSecret: 'sealed', lastStep: null })
      await store().useStep('usr_1', 10)
      for (const step of [10, 9]) {
        const again = store().useStep('usr_1', step)
        await expect(again).rejects.toEqual(new ConditionLost('consumed'))
      }
      await store().useStep('usr_1', 11)
      expect(await store().find('usr_1')).toEqual({ sealedSecret: 'sealed', lastStep: 11 })
    })

    it('accept a step of exactly one of many logins at once', async () => {
      await store().enrol('usr_1', 'sealed', NOW)
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, () => store().useStep('usr_1', 10)),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    it('accept nothing of somebody who has none', async () => {
      await expect(store().useStep('usr_2', 10)).rejects.toThrow(ConditionLost)
      expect(await store().find('usr_2')).toBeUndefined()
    })

    it('start anew when they are enrolled again', async () => {
      await store().enrol('usr_1', 'old', NOW)
      await store().useStep('usr_1', 10)
      await store().enrol('usr_1', 'new', NOW)
      expect(await store().find('usr_1')).toEqual({ sealedSecret: 'new', lastStep: null })
    })
  })

  describe('apps and consents', () => {
    beforeEach(() => stores.storage.apps.add(portal, NOW))

    it('give an app back as it was registered, and list apps in pages', async () => {
      const { apps } = stores.storage
      const backend: RegisteredApp = { ...portal, clientId: 'backend', secretHash: 'h' }
      await apps.add({ ...backend, introspectsAll: true }, NOW)
      await apps.setEnabled('backend', false)
      const disabled = { ...backend, introspectsAll: true, enabled: false }
      expect(await apps.find('acme-portal')).toEqual(portal)
      expect(await apps.find('backend')).toEqual(disabled)
      const first = await apps.list({ cursor: null, limit: 1 })
      expect(first.items).toEqual([portal])
      expect(await apps.list({ cursor: first.nextCursor, limit: 1 })).toEqual({
        items: [disabled],
        nextCursor: null,
      })
      await expect(apps.add(portal, NOW)).rejects.toEqual(new ConditionLost('exists'))
    })

    it('keep a consent that was withdrawn, and know when it is given again', async () => {
      const { consents } = stores.storage
      await consents.grant('usr_1', 'acme-portal', 'openid', NOW)
      const given = {
        app: 'acme-portal',
        scope: 'openid',
        mode: 'full',
        grantedAt: NOW,
        revokedAt: null,
      }
      expect(await consents.find('usr_1', 'acme-portal')).toEqual(given)
      await consents.revoke('usr_1', 'acme-portal', NOW + 1)
      await consents.revoke('usr_1', 'acme-portal', NOW + 2)
      expect(await consents.listOf('usr_1')).toEqual([{ ...given, revokedAt: NOW + 1 }])
      await consents.grant('usr_1', 'acme-portal', 'openid email', NOW + 3, 'read_only')
      expect(await consents.find('usr_1', 'acme-portal')).toEqual({
        ...given,
        scope: 'openid email',
        mode: 'read_only',
        grantedAt: NOW + 3,
      })
    })
  })

  it('keeps signing keys, newest first', async () => {
    const { signingKeys } = stores.storage
    const old = {
      kid: 'a',
      alg: 'ES256',
      sealedJwk: 's',
      state: 'current',
      createdAt: NOW,
    } as const
    const fresh = { ...old, kid: 'b', state: 'next', createdAt: NOW + 1 } as const
    await signingKeys.add(old)
    await signingKeys.add(fresh)
    await expect(signingKeys.add(old)).rejects.toEqual(new ConditionLost('exists'))
    await signingKeys.setState('a', 'previous')
    expect(await signingKeys.list()).toEqual([fresh, { ...old, state: 'previous' }])
    await signingKeys.remove('a')
    expect(await signingKeys.list()).toEqual([fresh])
  })

  describe('limits', () => {
    const limit = { name: 'start', points: 20, window: 600 }

    it('let exactly as many through as they say, however many come at once', async () => {
      const taken = await Promise.all(
        Array.from({ length: 50 }, () => stores.storage.limits.take(limit, 'usr_1')),
      )
      expect(taken.filter((wait) => wait === null)).toHaveLength(20)
      expect(new Set(taken.filter((wait) => wait !== null))).toEqual(new Set([600]))
    })

    it('count points, by name and key', async () => {
      const { limits } = stores.storage
      expect(await limits.take(limit, 'usr_1', 20)).toBe(null)
      expect(await limits.take(limit, 'usr_1')).toBe(600)
      expect(await limits.take(limit, 'usr_2')).toBe(null)
      expect(await limits.take({ ...limit, name: 'check' }, 'usr_1')).toBe(null)
    })

    it('say how long to wait, and begin anew after that', async () => {
      const { limits } = stores.storage
      await limits.take(limit, 'usr_1', 20)
      stores.clock.now = NOW + 599_001
      expect(await limits.take(limit, 'usr_1')).toBe(1)
      stores.clock.now = NOW + 600_000
      expect(await limits.take(limit, 'usr_1')).toBe(null)
      expect(await limits.take(limit, 'usr_1', 20)).toBe(600)
    })

    it('can be looked at without taking anything', async () => {
      const { limits } = stores.storage
      expect(await limits.look(limit, 'usr_1')).toBe(null)
      await limits.take(limit, 'usr_1', 19)
      expect(await limits.look(limit, 'usr_1')).toBe(null)
      await limits.take(limit, 'usr_1')
      expect(await limits.look(limit, 'usr_1')).toBe(600)
      stores.clock.now = NOW + 600_000
      expect(await limits.look(limit, 'usr_1')).toBe(null)
    })

    it('count what they limit in its own unit, and refuse that unit when nothing is left', async () => {
      const { limits, unitOfWork } = stores.storage
      const start = (): Promise<void> => unitOfWork.run(() => limits.takeWithin(limit, 'usr_1'))
      const settled = await Promise.allSettled(Array.from({ length: 50 }, start))
      const refused = settled.filter((one) => one.status === 'rejected')
      expect(refused.map((one) => one.reason)).toEqual(
        Array.from({ length: 30 }, () => new ConditionLost('limit')),
      )
      expect(await limits.look(limit, 'usr_1')).toBe(600)
      stores.clock.now = NOW + 600_000
      await start()
      expect(await limits.take(limit, 'usr_1', 19)).toBe(null)
    })
  })
})
