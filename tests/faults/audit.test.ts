import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UnitOfWork } from '../../server/src/ports/unit-of-work.ts'
import type { Beside } from '../support/beside.ts'
import { besides } from '../support/beside.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { dumpOf } from '../support/dump-of.ts'
import { assertInvariants } from '../support/invariants.ts'
import { withStores } from '../support/rebuild.ts'
import type { Begun } from '../support/scene.ts'
import {
  begin,
  clearStage,
  expectAlive,
  expectDead,
  expectEnded,
  expectInvalidGrant,
  expectOpen,
  roomy,
  started,
} from '../support/scene.ts'

describe.each(['sqlite', 'postgres'] as const)('an audit trail that fails on %s', (database) => {
  let booted: Booted
  let cast: Cast
  let beside: Beside
  /** Called when a unit was committed, before whoever asked for it hears of that. */
  let committed: () => void = () => undefined

  const dyingAfterCommit = (real: UnitOfWork): UnitOfWork => ({
    ...real,
    async run(work, extent) {
      const result = await real.run(work, extent)
      committed()
      return result
    },
  })

  beforeAll(async () => {
    booted = await boot({
      database,
      env: roomy,
      alter: (parts) =>
        withStores(parts, ({ unitOfWork }) => ({ unitOfWork: dyingAfterCommit(unitOfWork) })),
    })
    cast = castOf(booted)
    beside = await besides(booted)
  })
  beforeEach(() => clearStage(booted))
  afterEach(() => assertInvariants(booted, cast))
  afterAll(async () => {
    await beside.close()
    await booted.close()
  })

  const countOf = async (): Promise<number[]> => {
    const dump = await dumpOf(booted)
    return ['impersonation', 'oidc_model'].map((table) => dump[table]?.length ?? 0)
  }
  const alarms = (): number => booted.log().split('"alarm":true').length - 1

  /** Both ways of losing it: it refuses what is written, or it is not there. */
  const breakages = [
    [
      'refuses inserts',
      () => beside.breakInserts('audit_event'),
      () => beside.repair('audit_event'),
    ],
    [
      'is not there',
      () => beside.sql('alter table audit_event rename to audit_event_away'),
      () => beside.sql('alter table audit_event_away rename to audit_event'),
    ],
  ] as const

  describe('K04 a start that cannot be written down does not happen', () => {
    it.each(breakages)('when the trail %s', async (_, breakIt, repair) => {
      await started(cast)
      await clearStage(booted)
      await booted.parts.storage.audit.flush()
      const before = await countOf()
      await breakIt()
      const refused = await cast.start()
      await repair()
      expect(refused.status).toBe(503)
      expect(refused.body).toEqual({
        error: 'temporarily_unavailable',
        error_description: 'The service cannot do this at the moment.',
        code: 'UNAVAILABLE',
        request_id: refused.headers.get('x-request-id'),
      })
      expect(refused.headers.get('retry-after')).toBe('1')
      expect(refused.headers.get('cache-control')).toBe('no-store')
      expect(await countOf()).toEqual(before)
      await expectAlive(cast, { refreshToken: (await started(cast)).body.refresh_token })
    })
  })

  describe('K05 an end never waits for the trail, and turns up there later', () => {
    const ends = {
      ended_by_impersonator: ({ accessToken }: Begun) =>
        cast.request('POST', '/api/v1/impersonation/end', { token: accessToken }),
      revoked_by_admin: async ({ id }: Begun) =>
        cast.request('DELETE', `/api/v1/impersonations/${id}`, {
          token: await cast.serviceToken(),
        }),
      token_revoked: ({ accessToken }: Begun) =>
        cast.form('/token/revocation', { token: accessToken, client_id: 'acme-portal' }),
      reuse_detected: ({ first }: Begun) => cast.refresh(first),
      impersonator_disabled: async ({ accessToken }: Begun) => {
        await booted.parts.storage.accounts.setStatus('usr_root', 'disabled')
        return cast.userinfo(accessToken)
      },
    }
    const reasons = Object.keys(ends) as (keyof typeof ends)[]
    it.each(reasons.flatMap((reason) => breakages.map((way) => [reason, ...way] as const)))(
      '%s when the trail %s',
      async (reason, _, breakIt, repair) => {
        const begun = await begin(cast)
        const before = alarms()
        await breakIt()
        const answer = await ends[reason](begun)
        expect(answer.status).toBeLessThan(402)
        const ended = await booted.parts.storage.impersonations.find(begun.id)
        expect(ended?.ended?.reason).toBe(reason)
        await expectDead(cast, begun)
        await booted.parts.impersonation.sweep()
        expect(alarms()).toBeGreaterThan(before)
        await repair()
        await booted.parts.impersonation.sweep()
        await expectEnded(booted, cast, begun.id, reason)
      },
    )

    it('also for the loser of two parallel refreshes', async () => {
      const { body } = await started(cast)
      await beside.breakInserts('audit_event')
      const both = [cast.refresh(body.refresh_token), cast.refresh(body.refresh_token)]
      // Neither can be written down, so neither has happened, and nothing was used twice.
      for (const { status } of await Promise.all(both)) expect(status).toBe(503)
      await beside.repair('audit_event')
      await expectOpen(booted, cast, body.impersonation_id)
      expect((await cast.refresh(body.refresh_token)).status).toBe(200)
    })
  })

  it('refuses a refresh that cannot be written down, and the token stays good', async () => {
    const { body } = await started(cast)
    await beside.breakInserts('audit_event')
    const refused = await cast.refresh(body.refresh_token)
    await beside.repair('audit_event')
    expect([refused.status, refused.body]).toEqual([
      503,
      {
        error: 'temporarily_unavailable',
        error_description: 'The service cannot do this at the moment.',
      },
    ])
    const again = await cast.refresh(body.refresh_token)
    expect(again.status).toBe(200)
    expectInvalidGrant(await cast.refresh(body.refresh_token))
    await expectEnded(booted, cast, body.impersonation_id, 'reuse_detected')
  })

  it('K20 has a start on record before its token leaves: a caller that heard nothing finds and ends it', async () => {
    await started(cast)
    await clearStage(booted)
    committed = () => {
      committed = () => undefined
      throw new Error('the process died here')
    }
    const lost = await cast.start()
    expect([lost.status, lost.body.code]).toEqual([500, 'INTERNAL'])
    expect(JSON.stringify(lost.body)).not.toContain('token')
    const service = await cast.serviceToken()
    const path = '/api/v1/impersonations?status=active&actor=usr_root'
    const { body } = await cast.request('GET', path, { token: service })
    expect(body.items).toMatchObject([{ subject: { sub: 'usr_jane' }, status: 'active' }])
    const [{ id }] = body.items
    const events = await cast.audit({ impersonation: id })
    expect(events.map(({ action }) => action)).toEqual(['impersonation.started'])
    const ended = await cast.request('DELETE', `/api/v1/impersonations/${id}`, { token: service })
    expect(ended.status).toBe(204)
    await expectEnded(booted, cast, id, 'revoked_by_admin')
  })
})
