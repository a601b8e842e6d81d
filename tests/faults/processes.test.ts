import { closeSync, openSync } from 'node:fs'
import { cp, mkdtemp, open, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { besides } from '../support/beside.ts'
import { boot } from '../support/boot.ts'
import type { Booted } from '../support/boot.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { CommandLine } from '../support/command-line.ts'
import { commandLine } from '../support/command-line.ts'
import { spawnServer, untilUp } from '../support/crash-child.ts'
import type { CrashStage } from '../support/crash-stage.ts'
import { crashStage } from '../support/crash-stage.ts'
import { assertInvariants } from '../support/invariants.ts'
import { startNode } from '../support/node-process.ts'
import { freshDatabase } from '../support/postgres.ts'
import { clearStage, roomy, started } from '../support/scene.ts'

const START = '/api/v1/users/usr_jane/impersonation/acme-portal'

describe('two processes on one SQLite file', () => {
  it('N10 wait for each other, then give 503, and never a 500', async () => {
    const booted = await boot({ env: roomy })
    const cast = castOf(booted)
    await started(cast)
    await clearStage(booted)
    const node = await startNode(booted)
    const token = await cast.serviceToken()
    const { accessToken: impersonatorToken } = await cast.signIn('root@acme.test')
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const json = JSON.stringify({ impersonatorToken })
    for (let round = 0; round < 20; round++) {
      const both = [
        node.post(START, json, headers),
        cast.request('POST', START, { token, json: { impersonatorToken } }),
      ]
      const answers = await Promise.all(both)
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
      await clearStage(booted)
    }
    const beside = await besides(booted)
    const release = await beside.lockWrites()
    const began = Date.now()
    const refused = await Promise.all([node.post(START, json, headers), cast.start()])
    expect(Date.now() - began).toBeLessThan(15_000)
    for (const { status, headers: given } of refused)
      expect([status, given.get('retry-after')]).toEqual([503, '1'])
    await release()
    await beside.close()
    expect((await node.post(START, json, headers)).status).toBe(200)
    expect((await node.stop()).code).toBe(0)
    await assertInvariants(booted, cast)
    await booted.close()
  }, 120_000)

  it('keep nobody waiting behind others for a lock that is not let go of', async () => {
    const booted = await boot({ env: roomy })
    const cast = castOf(booted)
    const service = await cast.serviceToken()
    const grant = { grant_type: 'client_credentials', scope: 'root' }
    const token = (): Promise<JsonAnswer> => cast.form('/token', grant, 'acme-backend')
    const beside = await besides(booted)
    const release = await beside.lockWrites()
    const began = performance.now()
    const [granted, ...refused] = await Promise.all([
      token(),
      ...Array.from({ length: 30 }, () => cast.start({ service, actor: 'x' })),
    ])
    const later: (JsonAnswer | undefined)[] = [granted]
    for (let n = 0; n < 10; n++) later.push(await token())
    expect(performance.now() - began).toBeLessThan(15_000)
    // A refusal stands, whether or not it could be written down.
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(
      new Set(['IMPERSONATOR_TOKEN_INVALID']),
    )
    for (const answer of later)
      expect([answer?.status, answer?.headers.get('retry-after')]).toEqual([503, '1'])
    await release()
    await beside.close()
    expect((await token()).status).toBe(200)
    expect((await cast.start({ service })).status).toBe(200)
    await assertInvariants(booted, cast)
    await booted.close()
  }, 120_000)
})

describe('what a crash leaves behind on SQLite', () => {
  const FILE = 'understudy.sqlite'
  let stage: CrashStage
  let copy: string

  beforeEach(async () => {
    stage = await crashStage('sqlite')
    await stage.start()
    copy = await mkdtemp(join(tmpdir(), 'understudy-left-'))
  })
  afterEach(async () => {
    await stage.close()
    await rm(copy, { recursive: true })
  })

  const write = async (position: number, bytes: Buffer): Promise<void> => {
    const file = await open(join(copy, FILE), 'r+')
    await file.write(bytes, 0, bytes.length, position)
    await file.close()
  }

  it('N11 is taken up again, or refused in words', async () => {
    const json = { impersonatorToken: stage.actors.get('root@acme.test') }
    const { body } = await stage.cast.request('POST', START, { token: stage.service, json })
    await stage.kill()
    const damages: Record<string, () => Promise<void>> = {
      'a header of another kind': () => write(0, Buffer.from('no database file')),
      'a page that is no page': () => write(4096 * 3, Buffer.alloc(4096, 0xff)),
      'half of the file': () => truncate(join(copy, FILE), 4096 * 20),
    }
    for (const [name, damage] of Object.entries(damages)) {
      await cp(stage.folder, copy, { recursive: true, force: true })
      for (const end of ['-wal', '-shm']) await rm(join(copy, FILE + end), { force: true })
      await damage()
      const child = spawnServer({ env: { ...stage.env, DATA_DIR: copy } })
      const late = setTimeout(() => child.process.kill('SIGKILL'), 15_000)
      expect([name, await child.gone()]).toEqual([name, 1])
      clearTimeout(late)
      expect(child.output(), `after ${name}`).toMatch(/damaged|malformed|not a database/)
      expect(child.output()).not.toContain('is running')
    }
    // The index of the log is made anew from the log, and what was acknowledged is there.
    await rm(join(stage.folder, `${FILE}-shm`), { force: true })
    await stage.start()
    expect((await stage.cast.introspect(body.refresh_token)).body.active).toBe(true)
    await stage.assertInvariants()
  }, 120_000)
})

const PRELOAD = join(import.meta.dirname, '../support/crash-kill-at.ts')

describe.each(['sqlite', 'postgres'] as const)('a migration on %s', (database) => {
  let line: CommandLine
  let drop: () => Promise<void>
  let databaseUrl: string | undefined

  beforeEach(async () => {
    const fresh = database === 'postgres' ? await freshDatabase() : undefined
    databaseUrl = fresh?.url
    line = await commandLine()
    drop = async () => {
      await line.close()
      await fresh?.drop()
    }
  })
  afterEach(() => drop())

  const env = (): Record<string, string> =>
    databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }
  const shell = (): ReturnType<typeof besides> =>
    besides({ parts: { server: { dataDir: line.folder, databaseUrl } } } as Booted)

  it('N12 that was killed half-way is done when it is run again, and changes nothing when run twice', async () => {
    for (const at of [4, 15, 40]) {
      const node = ['--import', PRELOAD]
      const killed = await line.run('migrate', { env: { ...env(), KILL_AT: String(at) }, node })
      expect([at, killed.code, killed.out]).toEqual([at, null, ''])
    }
    const ran = await line.run('migrate', { env: env() })
    expect([ran.code, ran.err]).toEqual([0, ''])
    const again = await line.run('migrate', { env: env() })
    expect([again.code, again.out.trim()]).toEqual([0, 'The database is up to date.'])
    const beside = await shell()
    const run = await beside.sql('select name from kysely_migration order by name')
    expect(run.map(({ name }) => name)).toEqual(Object.keys(migrations).toSorted())
    await beside.sql("insert into kysely_migration (name, timestamp) values ('999-later', '2031')")
    await beside.close()
    const older = await line.run('migrate', { env: env() })
    expect(older.code).toBe(1)
    expect(older.err).toContain('999-later')
  }, 120_000)
})

describe('a log that cannot be written', () => {
  let stage: CrashStage
  beforeEach(async () => {
    stage = await crashStage('sqlite')
  })
  afterEach(() => stage.close())

  const works = async (): Promise<void> => {
    const json = { impersonatorToken: stage.actors.get('root@acme.test') }
    const begun = await stage.cast.request('POST', START, { token: stage.service, json })
    expect(begun.status).toBe(200)
    for (let n = 0; n < 50; n++) expect((await fetch(`${stage.issuer}/healthz`)).status).toBe(200)
    const path = `/api/v1/impersonations/${begun.body.impersonation_id}`
    const end = await stage.cast.request('DELETE', path, { token: stage.service })
    expect(end.status).toBe(204)
  }

  it('N23 costs lines and not the service: on a full device, and when nobody reads any more', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawnServer({ env: stage.env, stdout: full })
    closeSync(full)
    await untilUp(child, stage.issuer)
    await works()
    child.process.kill('SIGTERM')
    expect(await child.gone()).toBe(0)
    expect(child.output()).toContain('the log cannot be written: ENOSPC')

    const unread = spawnServer({ env: stage.env })
    unread.process.stdout?.destroy()
    unread.process.stderr?.destroy()
    await untilUp(unread, stage.issuer)
    await works()
    unread.process.kill('SIGTERM')
    expect(await unread.gone()).toBe(0)
  }, 120_000)
})
