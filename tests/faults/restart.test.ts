import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { describe, expect, it, vi } from 'vitest'
import { openSqlite } from '../../server/src/storage/sqlite.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { assertInvariants } from '../support/invariants.ts'
import { onScene } from '../support/on-scene.ts'
import {
  begin,
  endedEvents,
  expectAlive,
  expectDead,
  expectEnded,
  expectInvalidGrant,
  expectOpen,
  roomy,
  started,
} from '../support/scene.ts'
import { untilAnswered } from '../support/until-answered.ts'

describe.each(['sqlite', 'postgres'] as const)(
  'restarts, clocks and listeners on %s',
  (database) => {
    let booted: Booted
    let cast: Cast
    onScene(database, (scene) => {
      ;({ booted, cast } = scene)
    })

    async function restart(): Promise<void> {
      await booted.restart(roomy)
      await untilAnswered(booted)
    }

    it('N08 knows a used refresh token after a restart, and ends what it belonged to', async () => {
      const begun = await begin(cast)
      await restart()
      await expectAlive(cast, begun)
      expectInvalidGrant(await cast.refresh(begun.first))
      await expectEnded(booted, cast, begun.id, 'reuse_detected')
      await expectDead(cast, begun)
    })

    it('N13 ends everything at once when the clock jumps by 31 minutes, and nothing is negative', async () => {
      const begun = await begin(cast)
      const { accessToken: actor } = await cast.signIn('root2@acme.test')
      const other = await begin(cast, { actor, user: 'usr_omar' })
      vi.useFakeTimers({ toFake: ['Date'] })
      vi.setSystemTime(Date.now() + 31 * 60_000)
      await booted.parts.impersonation.sweep()
      for (const { id, refreshToken, accessToken } of [begun, other]) {
        await expectEnded(booted, cast, id, 'lifetime_over')
        await expectDead(cast, { refreshToken, accessToken })
        const [event] = await endedEvents(cast, id)
        expect(event?.details['duration_seconds']).toBe(1800)
      }
      const token = await cast.serviceToken()
      const active = await cast.request('GET', '/api/v1/impersonations?status=active', { token })
      expect(active.body).toEqual({ items: [], next_cursor: null })
    })

    describe('N21 a listener that throws costs an answer, never a kill', () => {
      const fail = (): never => {
        throw new Error('a listener of the host failed')
      }
      const during = async <T>(names: readonly string[], work: () => Promise<T>): Promise<T> => {
        for (const name of names) booted.provider.on(name as 'grant.success', fail)
        try {
          return await work()
        } finally {
          for (const name of names) booted.provider.off(name, fail)
        }
      }

      it.each([
        'grant.success',
        'refresh_token.consumed',
        'refresh_token.saved',
        'access_token.saved',
      ])('on %s: the refresh fails and its token stays good', async (name) => {
        const { body } = await started(cast)
        const answer = await during([name], () => cast.refresh(body.refresh_token))
        expect([answer.status, answer.body.error]).toEqual([500, 'server_error'])
        expect(JSON.stringify(answer.body)).not.toContain('listener')
        await expectOpen(booted, cast, body.impersonation_id)
        expect((await cast.refresh(body.refresh_token)).status).toBe(200)
      })

      it.each([['grant.revoked'], ['grant.error'], ['grant.revoked', 'server_error']])(
        'on %s: a replay ends the impersonation',
        async (...names) => {
          const begun = await begin(cast)
          const answer = await during(names, () => cast.refresh(begun.first))
          expect([400, 500]).toContain(answer.status)
          await expectEnded(booted, cast, begun.id, 'reuse_detected')
          await expectDead(cast, begun)
        },
      )

      it('on userinfo.error: what is noticed there ends it', async () => {
        const begun = await begin(cast)
        await booted.parts.storage.accounts.setRoles('usr_root', [])
        const answer = await during(['userinfo.error'], () => cast.userinfo(begun.accessToken))
        expect(answer.status).toBe(500)
        await expectEnded(booted, cast, begun.id, 'impersonator_not_allowed')
      })

      it('when it is patient and asynchronous: nothing waits for it', async () => {
        const heard: string[] = []
        const listen = async (ctx: KoaContextWithOIDC): Promise<void> => {
          await Promise.resolve()
          heard.push(ctx.oidc.route)
        }
        booted.provider.on('grant.success', listen)
        await begin(cast)
        booted.provider.off('grant.success', listen)
        expect(heard).toEqual(['token'])
      })
    })
  },
)

describe('SQLite', () => {
  it('N09 syncs every commit to disk: on first open, on reopen, after VACUUM', async () => {
    const booted = await boot()
    const cast = castOf(booted)
    const file = join(booted.parts.server.dataDir, 'understudy.sqlite')
    const pragma = async (): Promise<unknown> => {
      const database = openSqlite(file)
      const query = sql<{ synchronous: number }>`pragma synchronous`
      const { rows } = await query.execute(database.kysely)
      await database.close()
      return rows
    }
    expect(await pragma()).toEqual([{ synchronous: 2 }])
    expect(await pragma()).toEqual([{ synchronous: 2 }])
    const beside = new Sqlite(file)
    beside.exec('vacuum')
    beside.close()
    expect(await pragma()).toEqual([{ synchronous: 2 }])
    await booted.restart()
    await untilAnswered(booted)
    await begin(cast)
    await assertInvariants(booted, cast)
    await booted.close()
  })
})
