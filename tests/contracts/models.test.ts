import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConditionLost } from 'understudy'
import type { Stores } from '../support/stores.ts'
import { databases, NOW, openStores } from '../support/stores.ts'

const BEARERS = [
  'AccessToken',
  'AuthorizationCode',
  'ClientCredentials',
  'DeviceCode',
  'InitialAccessToken',
  'PushedAuthorizationRequest',
  'RefreshToken',
  'RegistrationAccessToken',
  'Session',
]

describe.each(databases)('the store for models of oidc-provider on %s', (database) => {
  let stores: Stores

  beforeEach(async () => {
    stores = await openStores(database)
  })
  afterEach(() => stores.close())

  const models = (name: string): ReturnType<Stores['storage']['models']> =>
    stores.storage.models(name)

  it.each([...BEARERS, 'Grant', 'Interaction'])(
    'gives a %s back as it was put in',
    async (name) => {
      const payload = { jti: 'id', kind: name, nested: { list: [1, null, 'ü'] }, accountId: 'usr' }
      await models(name).upsert('id', payload, 60)
      expect(await models(name).find('id')).toEqual(payload)
    },
  )

  it('knows nothing of what was never put in, or under another name', async () => {
    await models('AccessToken').upsert('id', {}, 60)
    expect(await models('RefreshToken').find('id')).toBeUndefined()
    expect(await models('AccessToken').find('ID')).toBeUndefined()
  })

  it('keeps no bearer value: a copy of the database opens nothing', async () => {
    for (const name of BEARERS) {
      await models(name).upsert(`secret of ${name}`, { jti: `secret of ${name}`, uid: name }, 60)
      await models(name).consume(`secret of ${name}`)
    }
    expect(await stores.dump()).not.toContain('secret of')
    const rows = (await stores.sql('select model, id from oidc_model')) as { id: string }[]
    expect(rows).toHaveLength(BEARERS.length)
    for (const { id } of rows) {
      for (const name of BEARERS) {
        expect(await models(name).find(id)).toBeUndefined()
        expect(await models(name).find(`#${id}`)).toBeUndefined()
      }
    }
  })

  it('never stores the session cookie that an interaction repeats', async () => {
    const session = { accountId: 'usr', uid: 'uid', cookie: 'secret', acr: 'a' }
    const payload = { jti: 'i', session, params: { cookie: 'of the client' } }
    await models('Interaction').upsert('i', payload, 60)
    expect(await stores.dump()).not.toContain('secret')
    expect(await models('Interaction').find('i')).toEqual({
      ...payload,
      session: { accountId: 'usr', uid: 'uid', acr: 'a' },
    })
  })

  it('marks what was consumed with the time, in epoch seconds', async () => {
    await models('RefreshToken').upsert('rt', { grantId: 'g' }, 60)
    stores.clock.now = NOW + 1999
    await models('RefreshToken').consume('rt')
    expect(await models('RefreshToken').find('rt')).toEqual({
      jti: 'rt',
      grantId: 'g',
      consumed: NOW / 1000 + 1,
    })
  })

  it('lets a thing be consumed once', async () => {
    await models('RefreshToken').upsert('rt', {}, 60)
    await models('RefreshToken').consume('rt')
    const again = models('RefreshToken').consume('rt')
    await expect(again).rejects.toEqual(new ConditionLost('consumed'))
  })

  it('lets exactly one of many who consume at once', async () => {
    await models('RefreshToken').upsert('rt', {}, 60)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        stores.storage.unitOfWork.run(() => models('RefreshToken').consume('rt')),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('does not make a consumed thing good again by saving it', async () => {
    await models('AuthorizationCode').upsert('code', { scope: 'openid' }, 60)
    await models('AuthorizationCode').consume('code')
    await models('AuthorizationCode').upsert('code', { scope: 'openid email' }, 60)
    expect(await models('AuthorizationCode').find('code')).toMatchObject({
      scope: 'openid email',
      consumed: NOW / 1000,
    })
    await expect(models('AuthorizationCode').consume('code')).rejects.toThrow(ConditionLost)
  })

  it('gives expired things back: "expired" is not "unknown"', async () => {
    await models('AccessToken').upsert('at', { exp: NOW / 1000 + 1 }, 1)
    stores.clock.now = NOW + 50_000
    expect(await models('AccessToken').find('at')).toEqual({ jti: 'at', exp: NOW / 1000 + 1 })
  })

  it('revokes what belongs to a grant, of one model only', async () => {
    for (const name of ['AccessToken', 'RefreshToken']) {
      await models(name).upsert('one', { grantId: 'g1' }, 60)
      await models(name).upsert('two', { grantId: 'g2' }, 60)
    }
    await models('AccessToken').revokeByGrantId('g1')
    expect(await models('AccessToken').find('one')).toBeUndefined()
    expect(await models('AccessToken').find('two')).toBeDefined()
    expect(await models('RefreshToken').find('one')).toBeDefined()
  })

  it('finds a session by its uid, among sessions only', async () => {
    await models('Session').upsert('s', { jti: 's', uid: 'u', accountId: 'usr' }, 60)
    await models('Interaction').upsert('i', { uid: 'u' }, 60)
    expect(await models('Session').findByUid('u')).toMatchObject({ uid: 'u', accountId: 'usr' })
    expect(await models('Session').findByUid('v')).toBeUndefined()
  })

  it('saves and destroys a session that was found by its uid as the one it is', async () => {
    await models('Session').upsert('s', { jti: 's', uid: 'u', accountId: 'usr' }, 60)
    const found = await models('Session').findByUid('u')
    const id = String(found?.['jti'])
    await models('Session').upsert(id, { ...found, accountId: 'other' }, 60)
    expect(await models('Session').find('s')).toEqual({ jti: 's', uid: 'u', accountId: 'other' })
    expect(await stores.sql('select count(*) as n from oidc_model')).toEqual([
      { n: database === 'sqlite' ? 1 : '1' },
    ])
    await models('Session').destroy(id)
    expect(await models('Session').find('s')).toBeUndefined()
  })

  it('finds the newest device code of a user code', async () => {
    await models('DeviceCode').upsert('old', { userCode: 'ABC', n: 1 }, 60)
    await models('DeviceCode').upsert('new', { userCode: 'ABC', n: 2 }, 120)
    expect(await models('DeviceCode').findByUserCode('ABC')).toMatchObject({ n: 2 })
    expect(await models('DeviceCode').findByUserCode('DEF')).toBeUndefined()
  })

  it('lets a replay detection be saved once until it expires', async () => {
    const save = (): Promise<void> => models('ReplayDetection').upsert('jti', { iss: 'app' }, 60)
    await save()
    await expect(save()).rejects.toEqual(new ConditionLost('exists'))
    stores.clock.now = NOW + 60_000
    await save()
  })

  it('lets exactly one of many replay detections through', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => models('ReplayDetection').upsert('jti', {}, 60)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('purges what has been expired for a minute, in batches, and nothing else', async () => {
    await Promise.all(
      Array.from({ length: 120 }, (_, index) => models('AccessToken').upsert(`${index}`, {}, 10)),
    )
    await models('AccessToken').upsert('later', {}, 300)
    await stores.storage.limits.take({ name: 'start', points: 1, window: 10 }, 'usr')
    stores.clock.now = NOW + 70_000
    expect(await stores.storage.purge()).toBe(0)
    stores.clock.now = NOW + 70_001
    expect(await stores.storage.purge()).toBe(121)
    expect(await models('AccessToken').find('later')).toBeDefined()
    expect(await models('AccessToken').find('1')).toBeUndefined()
  })

  it('stops purging between two batches when it is told to', async () => {
    await Promise.all(
      Array.from({ length: 120 }, (_, index) => models('AccessToken').upsert(`${index}`, {}, 10)),
    )
    stores.clock.now = NOW + 100_000
    let asked = 0
    expect(await stores.storage.purge(() => asked++ > 0)).toBe(100)
  })
})
