import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { DriverFault } from '../support/driver-faults.ts'
import { failCall } from '../support/driver-faults.ts'
import { dumpOf } from '../support/dump-of.ts'
import { assertInvariants } from '../support/invariants.ts'
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

const UNAVAILABLE = {
  error: 'temporarily_unavailable',
  error_description: 'The service cannot do this at the moment.',
}

function expectUnavailable({ status, body, headers }: JsonAnswer): void {
  expect([status, body]).toMatchObject([503, UNAVAILABLE])
  expect(headers.get('retry-after')).toBe('1')
  expect(headers.getSetCookie()).toEqual([])
}

describe.each(['sqlite', 'postgres'] as const)('a database that fails on %s', (database) => {
  let booted: Booted
  let cast: Cast
  let fault: DriverFault | undefined

  beforeAll(async () => {
    booted = await boot({ database, env: roomy })
    cast = castOf(booted)
  })
  beforeEach(async () => {
    await clearStage(booted)
    // Connections, prepared statements and the service's token are there before a fault is.
    await begin(cast)
    await clearStage(booted)
  })
  afterEach(async () => {
    fault?.disarm()
    await assertInvariants(booted, cast)
  })
  afterAll(() => booted.close())

  /** Fails the 1st, 2nd … call of what is done until it gets through untouched. */
  async function failEach(
    attempt: () => Promise<JsonAnswer>,
    afterwards: (answer: JsonAnswer) => Promise<void>,
  ): Promise<JsonAnswer> {
    for (let n = 1; n < 100; n++) {
      fault = failCall(database, n)
      const answer = await attempt()
      fault.disarm()
      // One that was done without what could not be read is done, too.
      if (!fault.fired || answer.status !== 503) return answer
      await afterwards(answer)
    }
    throw new Error('it never got through')
  }

  const countOf = async (): Promise<number[]> => {
    const dump = await dumpOf(booted)
    return ['impersonation', 'oidc_model'].map((table) => dump[table]?.length ?? 0)
  }

  it('N01 starts nothing until every single call has gone through', async () => {
    const before = await countOf()
    const answer = await failEach(
      () => cast.start(),
      async (refused) => {
        expectUnavailable(refused)
        expect(await countOf()).toEqual(before)
      },
    )
    expect(answer.status).toBe(200)
    await expectAlive(cast, { refreshToken: answer.body.refresh_token })
  })

  it('N07 costs the request that met it, and leaves the refresh token as good as it was', async () => {
    const { body } = await started(cast)
    const answer = await failEach(
      () => cast.refresh(body.refresh_token),
      async (refused) => {
        expectUnavailable(refused)
        await expectOpen(booted, cast, body.impersonation_id)
        await expectAlive(cast, { refreshToken: body.refresh_token })
      },
    )
    expect(answer.status).toBe(200)
    const trail = await cast.audit({ impersonation: body.impersonation_id })
    expect(trail.map(({ action }) => action)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
    ])
  })

  it('N05 does not take a retry for a replay when the commit failed', async () => {
    const { body } = await started(cast)
    fault = failCall(database, 1, { pick: (sql) => sql === 'commit' })
    expectUnavailable(await cast.refresh(body.refresh_token))
    fault.disarm()
    expect(fault.fired).toBe(true)
    expect((await cast.refresh(body.refresh_token)).status).toBe(200)
    await expectOpen(booted, cast, body.impersonation_id)
  })

  it('kills in the end whatever call of a replay, an end or a look at userinfo failed', async () => {
    const { accounts } = booted.parts.storage
    const replayed = await begin(cast)
    const replay = await failEach(
      () => cast.refresh(replayed.first),
      async (refused) => expectUnavailable(refused),
    )
    expectInvalidGrant(replay)
    await expectEnded(booted, cast, replayed.id, 'reuse_detected')
    await expectDead(cast, replayed)

    const ended = await begin(cast)
    const token = ended.accessToken
    const end = await failEach(
      () => cast.request('POST', '/api/v1/impersonation/end', { token }),
      async (refused) => expectUnavailable(refused),
    )
    expect(end.status).toBe(204)
    await expectEnded(booted, cast, ended.id, 'ended_by_impersonator')
    await expectDead(cast, ended)

    const looked = await begin(cast)
    await accounts.setStatus('usr_root', 'disabled')
    const look = await failEach(
      () => cast.userinfo(looked.accessToken),
      async (refused) => expectUnavailable(refused),
    )
    expect(look.status).toBe(401)
    await expectEnded(booted, cast, looked.id, 'impersonator_disabled')
    await expectDead(cast, looked)
  })

  it('writes again after a time in which every call failed, also the one that undoes', async () => {
    const { body } = await started(cast)
    let answer: JsonAnswer
    for (let n = 1; ; n++) {
      fault = failCall(database, n, { last: Infinity })
      answer = await cast.refresh(body.refresh_token)
      fault.disarm()
      if (!fault.fired) break
      expectUnavailable(answer)
    }
    expect(answer.status).toBe(200)
  })
})
