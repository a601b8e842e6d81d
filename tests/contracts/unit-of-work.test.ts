import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConditionLost } from 'understudy'
import type { Stores } from '../support/stores.ts'
import { auditEvent, databases, impersonation, NOW, openStores } from '../support/stores.ts'

describe.each(databases)('the unit of work on %s', (database) => {
  let stores: Stores

  beforeEach(async () => {
    stores = await openStores(database)
  })
  afterEach(() => stores.close())

  const ended = { at: NOW, by: 'admin', reason: 'revoked_by_admin' } as const

  it('applies everything of a unit together', async () => {
    const { unitOfWork, impersonations, audit, models } = stores.storage
    const imp = impersonation()
    await unitOfWork.run(async () => {
      await impersonations.add(imp)
      await models('Grant').upsert(imp.id, { jti: imp.id }, 60)
      await audit.record(auditEvent({ impersonation: imp.id }))
    })
    expect(await impersonations.find(imp.id)).toEqual(imp)
    expect(await models('Grant').find(imp.id)).toEqual({ jti: imp.id })
    expect((await audit.timeline(imp.id)).events).toHaveLength(1)
  })

  it('gives back what its work resolves to', async () => {
    expect(await stores.storage.unitOfWork.run(async () => 42)).toBe(42)
  })

  it('applies nothing of a unit that loses a condition', async () => {
    const { unitOfWork, impersonations, audit, models } = stores.storage
    const imp = impersonation()
    const before = await stores.dump()
    const run = unitOfWork.run(async () => {
      await impersonations.add(imp)
      await models('Grant').upsert(imp.id, { jti: imp.id }, 60)
      await audit.record(auditEvent({ impersonation: imp.id }))
      await models('RefreshToken').consume('not there')
    })
    await expect(run).rejects.toEqual(new ConditionLost('consumed'))
    expect(await stores.dump()).toBe(before)
  })

  it('applies nothing of a unit whose work throws, and throws that on', async () => {
    const { unitOfWork, impersonations } = stores.storage
    const before = await stores.dump()
    const run = unitOfWork.run(async () => {
      await impersonations.add(impersonation())
      throw new Error('changed my mind')
    })
    await expect(run).rejects.toThrow('changed my mind')
    expect(await stores.dump()).toBe(before)
  })

  it('shows a unit its own writes before they are applied, and nobody else', async () => {
    const { unitOfWork, impersonations, models } = stores.storage
    const gone = impersonation({ actor: 'usr_root2' })
    const imp = impersonation()
    const session = { uid: 'u1', accountId: 'usr_jane' }
    await impersonations.add(gone)
    await models('Grant').upsert('old', { accountId: 'usr_jane' }, 60)
    const { promise: written, resolve: tell } = Promise.withResolvers<void>()
    const { promise: seen, resolve: goOn } = Promise.withResolvers<void>()
    const run = unitOfWork.run(async () => {
      await impersonations.add(imp)
      await impersonations.end(gone.id, ended, [])
      await models('Session').upsert('s1', session, 60)
      await models('Grant').destroy('old')
      expect(await impersonations.find(imp.id)).toEqual(imp)
      expect(await impersonations.find(gone.id)).toEqual({ ...gone, ended })
      expect(await models('Session').find('s1')).toEqual({ ...session, jti: 's1' })
      expect(await models('Session').findByUid('u1')).toMatchObject(session)
      expect(await models('Grant').find('old')).toBeUndefined()
      tell()
      await seen
    })
    await written
    expect(await impersonations.find(imp.id)).toBeUndefined()
    expect(await impersonations.find(gone.id)).toEqual(gone)
    expect(await models('Session').find('s1')).toBeUndefined()
    expect(await models('Grant').find('old')).toEqual({ accountId: 'usr_jane' })
    goOn()
    await run
    expect(await impersonations.find(imp.id)).toEqual(imp)
    expect(await models('Grant').find('old')).toBeUndefined()
  })

  it('applies, when a request is refused, only what destroys, revokes or ends', async () => {
    const { unitOfWork, impersonations, audit, models } = stores.storage
    const imp = impersonation()
    await impersonations.add(imp)
    await models('Grant').upsert(imp.id, {}, 60)
    await models('RefreshToken').upsert('used', { grantId: 'g' }, 60)
    await models('AccessToken').upsert('left', { grantId: 'g' }, 60)
    await models('AuthorizationCode').upsert('code', {}, 60)
    await models('Session').upsert('session', {}, 60)
    const end = auditEvent({ action: 'impersonation.ended', impersonation: imp.id })
    await unitOfWork.run(
      async () => {
        await models('RefreshToken').consume('used')
        await models('RefreshToken').upsert('next', { grantId: 'g' }, 60)
        await models('AccessToken').revokeByGrantId('g')
        await models('AuthorizationCode').destroy('code')
        await models('Session').destroy('session')
        await audit.record(auditEvent({ impersonation: imp.id }))
        await impersonations.end(imp.id, ended, [end])
        await impersonations.add(impersonation({ actor: 'usr_root2' }))
      },
      () => 'endings',
    )
    expect(await models('RefreshToken').find('used')).toEqual({ grantId: 'g', jti: 'used' })
    expect(await models('RefreshToken').find('next')).toBeUndefined()
    expect(await models('AccessToken').find('left')).toBeUndefined()
    expect(await models('AuthorizationCode').find('code')).toBeUndefined()
    expect(await models('Session').find('session')).toEqual({ jti: 'session' })
    expect(await models('Grant').find(imp.id)).toBeUndefined()
    expect(await impersonations.find(imp.id)).toEqual({ ...imp, ended })
    expect(await impersonations.findOpenByActor('usr_root2')).toBeUndefined()
    await audit.flush()
    expect((await audit.timeline(imp.id)).events).toEqual([end])
  })

  it('asks for the extent only when the work is done', async () => {
    const { unitOfWork, models } = stores.storage
    let refused = true
    await unitOfWork.run(
      async () => {
        await models('Grant').upsert('g', {}, 60)
        refused = false
      },
      () => (refused ? 'endings' : 'everything'),
    )
    expect(await models('Grant').find('g')).toEqual({})
  })

  it('runs a unit inside a unit on its own: it stands when the outer one falls', async () => {
    const { unitOfWork, models } = stores.storage
    const outer = unitOfWork.run(async () => {
      await models('Grant').upsert('outer', {}, 60)
      await unitOfWork.run(async () => {
        expect(await models('Grant').find('outer')).toBeUndefined()
        await models('Grant').upsert('inner', {}, 60)
      })
      expect(await models('Grant').find('inner')).toEqual({})
      expect(await models('Grant').find('outer')).toEqual({})
      throw new Error('fell')
    })
    await expect(outer).rejects.toThrow('fell')
    expect(await models('Grant').find('inner')).toEqual({})
    expect(await models('Grant').find('outer')).toBeUndefined()
  })

  it('lets one of many concurrent units lose a condition without harm to the others', async () => {
    const { unitOfWork, impersonations, models } = stores.storage
    await models('RefreshToken').upsert('once', {}, 60)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        unitOfWork.run(async () => {
          if (index % 3 === 0) await models('RefreshToken').consume('once')
          await impersonations.add(impersonation({ actor: `usr_${index}` }))
        }),
      ),
    )
    const lost = outcomes.filter(({ status }) => status === 'rejected')
    expect(lost).toHaveLength(9)
    for (const outcome of lost) expect(outcome).toMatchObject({ reason: { condition: 'consumed' } })
    const page = await impersonations.list({}, { cursor: null, limit: 100 }, NOW)
    expect(page.items).toHaveLength(21)
  })

  it('applies a write outside of any unit at once', async () => {
    await stores.storage.models('Grant').upsert('g', {}, 60)
    expect(await stores.dump()).toContain('"id":"g"')
  })
})
