import { copyFile, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportAnchor } from '../../server/src/standalone/audit/audit-anchor.ts'
import { loadAuditKeys } from '../../server/src/standalone/audit/audit-keys.ts'
import { sqlBeside } from '../support/attack.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { CommandLine, Ran } from '../support/command-line.ts'
import { commandLine } from '../support/command-line.ts'
import { dumpOf } from '../support/dump-of.ts'
import { assertInvariants } from '../support/invariants.ts'
import { begin, expectAlive, expectDead, expectEnded, roomy } from '../support/scene.ts'
import { sealing } from '../support/seal-booted.ts'
import { untilAnswered } from '../support/until-answered.ts'

let booted: Booted
let cast: Cast
let cli: CommandLine

beforeEach(async () => {
  cli = await commandLine()
})
afterEach(async () => {
  await cli.close()
  await booted.close()
})

const anchorOf = (): string => join(cli.folder, '../anchor.txt')
const backupOf = (): string => join(cli.folder, '../yesterday.sqlite')
const secretKey = (): Promise<string> =>
  readFile(join(booted.parts.server.dataDir, 'secret.key'), 'utf8')

/** Seals, signs and exports, as the server does every few seconds. @returns where the chain ends. */
async function seal(): Promise<number> {
  await (await sealing(booted)).seal()
  await exportAnchor(anchorOf(), booted.parts.storage, await loadAuditKeys(booted.parts))
  return (await booted.parts.storage.auditSeal.head()).seq
}

const beside = async (words: string): Promise<Ran> => {
  const { dataDir, port } = booted.parts.server
  return cli.run(words, { env: { DATA_DIR: dataDir, PORT: String(port) } })
}

/** The environment of another machine, where the backup is put back. */
const elsewhere = async (): Promise<Record<string, string>> => ({
  DATA_DIR: cli.folder,
  SECRET_KEY: await secretKey(),
  AUDIT_ANCHOR_FILE: anchorOf(),
})

async function restart(env: Record<string, string>): Promise<void> {
  await booted.restart({ ...roomy, ...env })
  cast = castOf(booted)
  await untilAnswered(booted)
}

const markers = async (): Promise<unknown[]> =>
  (await cast.audit({ action: 'database.restored' })).map(({ outcome, actor, details }) => ({
    outcome,
    actor,
    details,
  }))

/** One impersonation is the demo's own. */
describe('yesterday’s backup', { timeout: 120_000 }, () => {
  it('N19 revives nothing: what was open has ended, every token is dead, and the trail says so', async () => {
    booted = await boot({ env: roomy })
    cast = castOf(booted)
    const old = await begin(cast)
    const jane = await cast.signIn('jane@customer.test', {
      clientId: 'acme-portal',
      redirectUri: 'http://localhost:4002/callback',
    })
    const service = await cast.serviceToken()
    const before = await seal()
    const saved = await beside(`backup ${backupOf()}`)
    expect(saved).toMatchObject({ code: 0, err: '' })
    expect((await stat(backupOf())).mode & 0o777).toBe(0o600)

    await cast.request('POST', '/api/v1/impersonation/end', { token: old.accessToken })
    const young = await begin(cast)
    const lost = await seal()
    const env = await elsewhere()
    const restored = await cli.run(`restore ${backupOf()}`, { env })
    expect(restored).toEqual({
      code: 0,
      err: '',
      out: expect.stringMatching(
        new RegExp(
          `^Restored up to seq ${before}\\. 2 impersonations ended; everybody signs in again\\.\n` +
            `The audit trail had been signed up to seq ${lost}\\.\nThose checkpoints are .*\n$`,
        ),
      ),
    })
    expect(await readdir(cli.folder)).toEqual(['understudy.sqlite'])

    await restart(env)
    await expectDead(cast, old)
    await expectEnded(booted, cast, old.id, 'database_restored')
    await expectDead(cast, young)
    expect(await booted.parts.storage.impersonations.find(young.id)).toBe(undefined)
    await expectDead(cast, { accessToken: jane.accessToken })
    expect((await cast.request('GET', '/api/v1/users', { token: service })).status).toBe(401)
    expect(await markers()).toEqual([
      {
        outcome: 'success',
        actor: null,
        details: {
          seq: before,
          ended: 2,
          anchor_seq: lost,
          anchor_hash: expect.any(String),
          by: 'command line',
        },
      },
    ])
    await expectAlive(cast, await begin(cast))
    await assertInvariants(booted, cast)
  })

  it('is noticed when it was copied back by hand, and then put in order', async () => {
    booted = await boot({ env: roomy })
    cast = castOf(booted)
    const old = await begin(cast)
    await seal()
    await beside(`backup ${backupOf()}`)
    await cast.request('POST', '/api/v1/impersonation/end', { token: old.accessToken })
    const lost = await seal()
    const shown = await readFile(anchorOf(), 'utf8')
    const env = { ...(await elsewhere()), PORT: String(booted.parts.server.port) }
    await cli.run('migrate', { env: { DATA_DIR: cli.folder } })
    await copyFile(backupOf(), join(cli.folder, 'understudy.sqlite'))

    expect(await cli.run('start', { env })).toEqual({
      code: 1,
      out: '',
      err: `understudy: AUDIT_ANCHOR_FILE: its last checkpoint (seq ${lost}) is not in the database; if that was put back from a backup, run npx understudy restore --after\n`,
    })
    expect(await cli.run(`audit verify --anchor ${anchorOf()}`, { env })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/\(truncated\)\n$/),
    })
    expect(await cli.run('restore --after', { env })).toMatchObject({ code: 0, err: '' })
    const aside = (await readdir(join(cli.folder, '..'))).find((name) => name.includes('until-'))
    expect(await readFile(join(cli.folder, '..', String(aside)), 'utf8')).toBe(shown)

    await restart(env)
    await expectDead(cast, old)
    await seal()
    const verified = await cli.run(`audit verify --anchor ${anchorOf()}`, { env })
    expect(verified).toMatchObject({ code: 0, err: '' })
    await assertInvariants(booted, cast)
  })

  it.each(['sqlite', 'postgres'] as const)(
    'accepts no code a second time and sends nothing twice, on %s',
    async (database) => {
      booted = await boot({ database, env: roomy })
      cast = castOf(booted)
      const old = await begin(cast)
      const { DATABASE_URL: url, ...env } = {
        DATABASE_URL: booted.parts.server.databaseUrl ?? '',
        DATA_DIR: booted.parts.server.dataDir,
      }
      await putWork()
      const step = Math.floor(Date.now() / 30_000)
      const said = await cli.run('restore --after', {
        env: { ...env, ...(database === 'postgres' && { DATABASE_URL: url }) },
      })
      expect(said).toMatchObject({ code: 0, err: '' })

      await expectDead(cast, old)
      await expectEnded(booted, cast, old.id, 'database_restored')
      const dump = await dumpOf(booted)
      expect(dump['oidc_model']?.map(({ model }) => model)).not.toContain('Session')
      for (const { last_step: last } of dump['second_factor'] ?? []) {
        expect(Number(last)).toBeGreaterThan(step)
      }
      expect(dump['mail']).toMatchObject([
        { id: 'mail_1', sent_at: null, last_error: 'restored from a backup' },
      ])
      const told = dump['webhook_delivery']?.map(({ event }) => event)
      expect(told).toEqual(['impersonation.ended', 'impersonation.ended'])
      expect(dump['consent_request']).toMatchObject([{ id: 'cor_1', status: 'expired' }])
      expect(dump['recovery_code']?.filter((row) => row['used_at'] === null)).toEqual([])
      await assertInvariants(booted, cast)
    },
  )

  /** What waits for a receiver, a mail server, a customer. */
  async function putWork(): Promise<void> {
    for (const text of [
      `insert into mail values ('mail_1', 'a@b.test', 's', 't', 'h', 1, 1, 0, null, null, null)`,
      `insert into webhook_endpoint values ('whk_1', 'https://siem.test', 'standard', null, null, 1, 1, 0, 0, 1, 0, 0, null, 0)`,
      `insert into webhook_delivery values ('whk_1', 'imp_1', 'impersonation.started', 1, 1, 0)`,
      `insert into consent_request values ('cor_1', 'usr_jane', 'acme-billing', 'usr_root', null, 'full', 'because of it', 'pending', 1, 9999999999999, null)`,
      `insert into recovery_code values ('usr_jane', 'hash', null)`,
    ]) {
      await sqlBeside(booted, text)
    }
  }
})
