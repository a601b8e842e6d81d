import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import type { Real } from '../support/crash-commands.ts'
import { commands, compare } from '../support/crash-commands.ts'
import type { ModelToken } from '../support/crash-model.ts'
import { Model } from '../support/crash-model.ts'
import { assertInvariants } from '../support/invariants.ts'
import { clearStage, roomy } from '../support/scene.ts'

const { RUNS: asked, SEED: given } = process.env
/** `RUNS=2000` for the long lane, of other histories each time; `SEED=…` repeats one. */
const RUNS = Number(asked ?? 60)
const SEED = Number(given ?? (asked === undefined ? 13 : Date.now() % 2 ** 31))
const MINUTES = 60_000

type Access = { token: string; at: number }

/** Tokens that are asked for again before they are too old, with sessions that are, too. */
function visitors(
  booted: Booted,
  cast: Cast,
): Pick<Real, 'service' | 'actorToken'> & { renew(): void } {
  const tokens = new Map<string, Access>()
  let jars = new Map<string, CookieJar>()
  let since = Date.now()
  const kept = async (name: string, ask: () => Promise<string>): Promise<string> => {
    const known = tokens.get(name)
    if (known !== undefined && Date.now() - known.at < 9 * MINUTES) return known.token
    const token = await ask()
    tokens.set(name, { token, at: Date.now() })
    return token
  }
  return {
    service: () => kept('service', () => cast.serviceToken()),
    async actorToken(email) {
      // Somebody who is disabled cannot sign in, and comes with what there is.
      const found = await booted.parts.storage.accounts.findCredentials(email)
      if (found?.account.status !== 'active') return tokens.get(email)?.token ?? ''
      return kept(email, async () => {
        const jar = jars.get(email) ?? new CookieJar()
        jars.set(email, jar)
        return (await cast.signIn(email, { jar })).accessToken
      })
    },
    renew() {
      // A session of eight hours must not end in the middle of a history.
      if (Date.now() - since < 60 * MINUTES) return
      jars = new Map()
      tokens.clear()
      since = Date.now()
    },
  }
}

/** What the model begins with. */
async function reset(booted: Booted): Promise<void> {
  const { accounts, consents } = booted.parts.storage
  for (const actor of ['usr_root', 'usr_root2']) {
    await accounts.setStatus(actor, 'active')
    await accounts.setRoles(actor, ['super_admin'])
  }
  await accounts.setStatus('usr_omar', 'active')
  await accounts.setRoles('usr_omar', [])
  const scope = 'openid profile email orders:read orders:write offline_access'
  await consents.grant('usr_omar', 'acme-billing', scope, Date.now())
  await clearStage(booted)
}

describe('histories', () => {
  let booted: Booted
  let cast: Cast
  beforeAll(async () => {
    booted = await boot({ env: { ...roomy, LOG_LEVEL: 'error' } })
    cast = castOf(booted)
    // It stands still but for what a history says: no second passes between two looks.
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterAll(async () => {
    vi.useRealTimers()
    await booted.close()
  })

  it(
    'P13 have every token alive or dead as a model of a hundred lines has them, step by step',
    async () => {
      const who = visitors(booted, cast)
      const history = fc.asyncProperty(commands, async (steps) => {
        await reset(booted)
        who.renew()
        // Signing in beforehand, so that a history can do without.
        for (const email of ['root@acme.test', 'root2@acme.test']) await who.actorToken(email)
        const maps = { ids: new Map(), texts: new Map(), settled: new Set<ModelToken>() }
        const real = { booted, cast, ...who, ...maps }
        const model = new Model()
        await fc.asyncModelRun(() => ({ model, real }), steps)
        await compare(model, real, true)
      })
      const result = await fc.check(history, { numRuns: RUNS, seed: SEED, endOnFailure: true })
      const { errorInstance: cause } = result as { errorInstance?: unknown }
      expect(
        fc.defaultReportMessage(result) ?? 'held',
        `SEED=${String(SEED)} ${String(cause)}`,
      ).toBe('held')
      await assertInvariants(booted, cast)
    },
    60_000 + RUNS * 1500,
  )
})
