import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { crashPostgres } from '../support/crash-postgres.ts'
import { stallingProxy } from '../support/crash-proxy.ts'
import { assertInvariants } from '../support/invariants.ts'
import { freshDatabase } from '../support/postgres.ts'
import { begin, clearStage, expectAlive, expectOpen, roomy, started } from '../support/scene.ts'

/** Seconds; `DOWN=30` for the long lane. */
const DOWN = Number(process.env['DOWN'] ?? 3)

const told = ({ status, headers }: JsonAnswer): unknown[] => [status, headers.get('retry-after')]

describe('PostgreSQL', () => {
  it(
    'N06 stopped hard gives 503 with Retry-After until it is back, and has what was acknowledged',
    async () => {
      const postgres = await crashPostgres()
      const booted = await boot({ env: { ...roomy, DATABASE_URL: postgres.url } })
      const cast = castOf(booted)
      const begun = await begin(cast)
      await postgres.stopHard()
      const until = Date.now() + DOWN * 1000
      while (Date.now() < until) {
        const began = Date.now()
        const answers = [
          await cast.start(),
          await cast.refresh(begun.refreshToken),
          await cast.introspect(begun.accessToken),
        ]
        expect(answers.map(told)).toEqual(answers.map(() => [503, '1']))
        expect((await fetch(`${booted.issuer}/healthz`)).status).toBe(503)
        expect(Date.now() - began).toBeLessThan(8000)
        await delay(100)
      }
      await postgres.startAgain()
      const isUp = async (): Promise<boolean> => (await fetch(`${booted.issuer}/healthz`)).ok
      await expect.poll(isUp).toBe(true)
      await expectOpen(booted, cast, begun.id)
      await expectAlive(cast, begun)
      expect((await cast.refresh(begun.refreshToken)).status).toBe(200)
      await clearStage(booted)
      await started(cast)
      await assertInvariants(booted, cast)
      await booted.close()
      await postgres.close()
    },
    60_000 + DOWN * 1000,
  )

  it('P11 cut off without a word: the node gives 503 in bounded time, and lets nothing in that it remembers', async () => {
    const fresh = await freshDatabase()
    const proxy = await stallingProxy(fresh.url)
    const booted = await boot({ env: { ...roomy, DATABASE_URL: proxy.url } })
    const cast = castOf(booted)
    const begun = await begin(cast)
    const { accessToken: actor } = await cast.signIn('root2@acme.test')
    const asked: ((cast: Cast) => Promise<JsonAnswer>)[] = [
      () => cast.start({ actor, user: 'usr_omar' }),
      () => cast.refresh(begun.refreshToken),
      () => cast.introspect(begun.accessToken),
      () => cast.userinfo(begun.accessToken),
    ]
    proxy.stall()
    const began = Date.now()
    const answers = await Promise.all(asked.map((ask) => ask(cast)))
    const took = Date.now() - began
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
    expect(took).toBeLessThan(15_000)
    proxy.flow()
    const isUp = async (): Promise<boolean> => (await fetch(`${booted.issuer}/healthz`)).ok
    await expect.poll(isUp).toBe(true)
    await expectAlive(cast, { accessToken: begun.accessToken })
    expect((await cast.refresh(begun.refreshToken)).status).toBe(200)
    await assertInvariants(booted, cast)
    await booted.close()
    await proxy.close()
    await fresh.drop()
  })
})
