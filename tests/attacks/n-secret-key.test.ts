import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resealSecrets } from '../../server/src/standalone/administration/reseal-secrets.ts'
import { commandLine } from '../../server/src/standalone/administration/requester.ts'
import { loadAuditKeys } from '../../server/src/standalone/audit/audit-keys.ts'
import {
  hashRecoveryCode,
  useRecoveryCode,
} from '../../server/src/standalone/credentials/recovery-codes.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { castOf } from '../support/cast.ts'
import { databases } from '../support/stores.ts'
import { untilAnswered } from '../support/until-answered.ts'
import { authorization, passPages, Visitor } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const ROOT = 'root@acme.test'
const CODES = ['abcde-12345', 'fghjk-67890'] as const
const draw = (): string => randomBytes(32).toString('base64')

describe.each(databases)('another secret key, on %s', (database) => {
  let booted: Booted
  const [old, fresh] = [draw(), draw()]

  beforeEach(async () => {
    booted = await boot({ database, env: { SECRET_KEY: old } })
  })
  afterEach(() => booted.close())

  async function restart(env: Record<string, string>): Promise<void> {
    await booted.restart(env)
    await untilAnswered(booted)
  }
  const page = (visitor: Visitor): ReturnType<Visitor['open']> =>
    visitor.open(authorization('acme-portal').address)
  async function signedIn(): Promise<Visitor> {
    const visitor = new Visitor(booted.issuer)
    await passPages(booted, visitor, await page(visitor), JANE)
    return visitor
  }
  const isSignedIn = async (visitor: Visitor): Promise<boolean> => {
    const { url } = await visitor.open(authorization('acme-portal', { prompt: 'none' }).address)
    return url.includes('?code=')
  }
  const published = async (): Promise<unknown> => (await fetch(`${booted.issuer}/jwks`)).json()
  const isCode = async (code: string): Promise<boolean> => {
    const root = await booted.parts.storage.accounts.find('usr_root')
    return root !== undefined && useRecoveryCode(booted.parts, root, code)
  }
  const reseal = (): Promise<number> => resealSecrets(booted.parts, commandLine)
  const rotations = async (): Promise<object[]> => {
    const filter = { action: 'key.rotated' } as const
    const { items } = await booted.parts.storage.audit.list(filter, { cursor: null, limit: 5 })
    return items.map(({ outcome, actor, details }) => ({ outcome, actor, details }))
  }

  it('N18 takes over while everybody stays signed in, and leaves the old one worth nothing', async () => {
    const [here, away] = [await signedIn(), await signedIn()]
    const slow = new Visitor(booted.issuer)
    const opened = await page(slow)
    const keys = await published()
    await loadAuditKeys(booted.parts)

    // Nodes that are started one after the other know both, whichever is in force there.
    for (const env of [
      { SECRET_KEY: old, OTHER_SECRET_KEY: fresh },
      { SECRET_KEY: fresh, OTHER_SECRET_KEY: old },
    ]) {
      await restart(env)
      expect(await isSignedIn(here)).toBe(true)
      expect(await published()).toEqual(keys)
      await castOf(booted).signIn(ROOT)
    }
    // What was begun with the old one is finished.
    await passPages(booted, slow, opened, JANE)
    expect(await isSignedIn(slow)).toBe(true)

    const resealed = await reseal()
    // Two signing keys, the trail’s, and four second factors: root’s was enrolled anew to sign in.
    expect(resealed).toBe(7)
    expect(await reseal()).toBe(0)
    expect(await rotations()).toEqual([
      { outcome: 'success', actor: null, details: { resealed, by: 'command line' } },
    ])

    await restart({ SECRET_KEY: fresh })
    expect(await published()).toEqual(keys)
    // Who came by meanwhile has a cookie of the new key; who did not signs in again, and no more than that.
    expect([await isSignedIn(here), await isSignedIn(away)]).toEqual([true, false])
    await passPages(booted, away, await page(away), JANE)
    expect(await isSignedIn(away)).toBe(true)
    await castOf(booted).signIn(ROOT)
  })

  it('takes the recovery codes of the one before for as long as that is good', async () => {
    const hashes = CODES.map((code) => hashRecoveryCode(booted.parts, 'usr_root', code))
    await booted.parts.storage.recoveryCodes.replace('usr_root', hashes)
    await restart({ SECRET_KEY: fresh, OTHER_SECRET_KEY: old })
    expect([await isCode(CODES[0]), await isCode(CODES[0])]).toEqual([true, false])
    await reseal()
    await restart({ SECRET_KEY: fresh })
    expect(await isCode(CODES[1])).toBe(false)
  })

  it('opens nothing without the one before it, and says so', async () => {
    const line = 'SECRET_KEY: is not the key this database was sealed with'
    await expect(booted.restart({ SECRET_KEY: fresh })).rejects.toThrow(line)
    const other = draw()
    await expect(booted.restart({ SECRET_KEY: fresh, OTHER_SECRET_KEY: other })).rejects.toThrow(
      line,
    )
    await booted.restart()
    expect(await reseal()).toBe(0)
    expect(await rotations()).toEqual([])
  })
})
