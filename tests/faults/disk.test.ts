import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { SmallDisk } from '../support/crash-disk.ts'
import { smallDisk } from '../support/crash-disk.ts'
import type { CrashStage } from '../support/crash-stage.ts'
import { crashStage } from '../support/crash-stage.ts'
import { failCall } from '../support/driver-faults.ts'
import { dumpOf } from '../support/dump-of.ts'
import { assertInvariants } from '../support/invariants.ts'
import { onScene } from '../support/on-scene.ts'
import { begin, clearStage, expectAlive, expectEnded, roomy, started } from '../support/scene.ts'

const UNAVAILABLE = [503, 'temporarily_unavailable', '1']
const told = ({ status, body, headers }: JsonAnswer): unknown[] => [
  status,
  body.error,
  headers.get('retry-after'),
]

describe('a disk that is full', () => {
  let disk: SmallDisk | null = null
  let stage: CrashStage | undefined
  beforeAll(() => {
    disk = smallDisk(24)
  })
  afterAll(async () => {
    await stage?.close()
    disk?.remove()
  })

  const start = (on: CrashStage, email: string): Promise<JsonAnswer> => {
    const json = { impersonatorToken: on.actors.get(email) }
    const path = '/api/v1/users/usr_jane/impersonation/acme-portal'
    return on.cast.request('POST', path, { token: on.service, json })
  }
  const end = (on: CrashStage, id: string): Promise<JsonAnswer> =>
    on.cast.request('DELETE', `/api/v1/impersonations/${id}`, { token: on.service })

  it('N03 starts nothing, kills what is ended all the same, and recovers by itself', async ({
    skip,
  }) => {
    skip(disk === null, 'nobody lets us mount a small disk')
    if (disk === null) return
    const at = await crashStage('sqlite', { folder: disk.folder })
    stage = at
    await at.start()
    const first = await start(at, 'root@acme.test')
    expect(first.status).toBe(200)
    disk.fill()
    // The log of the database has some room that it has taken already.
    let token: string = first.body.refresh_token
    let refreshed = first
    for (let n = 0; n < 3000; n++) {
      refreshed = await at.cast.refresh(token)
      if (refreshed.status !== 200) break
      token = refreshed.body.refresh_token
    }
    expect(told(refreshed)).toEqual(UNAVAILABLE)
    expect(told(await start(at, 'root2@acme.test'))).toEqual(UNAVAILABLE)
    expect((await at.cast.introspect(token)).body.active).toBe(true)
    expect(told(await end(at, first.body.impersonation_id))).toEqual(UNAVAILABLE)
    expect((await at.cast.introspect(token)).status).not.toBe(200)
    expect((await fetch(`${at.issuer}/healthz`)).status).toBe(200)
    disk.free()
    await expect
      .poll(async () => (await at.cast.introspect(token)).body, { timeout: 20_000 })
      .toEqual({ active: false })
    expect((await end(at, first.body.impersonation_id)).status).toBe(204)
    expect((await start(at, 'root2@acme.test')).status).toBe(200)
    expect((await start(at, 'root@acme.test')).status).toBe(200)
    const rows = await at.beside(
      async (parts) => (await dumpOf({ parts } as Booted))['impersonation'],
    )
    expect(rows?.filter((row) => row['ended_at'] === null).length).toBe(2)
    await at.assertInvariants()
  })
})

describe.each(['sqlite', 'postgres'] as const)(
  'a database that takes no more writes on %s',
  (database) => {
    let booted: Booted
    let cast: Cast
    onScene(database, (scene) => {
      ;({ booted, cast } = scene)
    })

    it('has what was ended dead at once, and writes it down as soon as it can', async () => {
      const begun = await begin(cast)
      const token = await cast.serviceToken()
      const path = `/api/v1/impersonations/${begun.id}`
      const fault = failCall(database, 1, { last: Infinity, pick: (sql) => sql === 'commit' })
      try {
        expect(told(await cast.request('DELETE', path, { token }))).toEqual(UNAVAILABLE)
        // Nobody is told that it is over before that can be relied on, or that it is alive.
        expect((await cast.userinfo(begun.accessToken)).status).toBe(503)
        expect(told(await cast.refresh(begun.refreshToken))).toEqual(UNAVAILABLE)
        expect((await cast.introspect(begun.accessToken)).status).toBe(503)
      } finally {
        fault.disarm()
      }
      const isOpen = async (): Promise<unknown> =>
        (await dumpOf(booted))['impersonation']?.find(({ id }) => id === begun.id)?.['ended_at']
      await expect.poll(isOpen).toEqual(expect.any(Number))
      await expectEnded(booted, cast, begun.id, 'revoked_by_admin')
    })
  },
)

describe('an SQLite file that is moved away', () => {
  it('N04 gives 503 to every write, says so at /readyz, and goes on when it is back', async () => {
    const booted = await boot({ env: roomy })
    const cast = castOf(booted)
    const file = join(booted.parts.server.dataDir, 'understudy.sqlite')
    await started(cast)
    await clearStage(booted)
    const ready = async (): Promise<number> => (await fetch(`${booted.issuer}/readyz`)).status
    expect(await ready()).toBe(200)
    await rename(file, `${file}.away`)
    expect(told(await cast.start())).toEqual(UNAVAILABLE)
    expect(await ready()).toBe(503)
    expect((await fetch(`${booted.issuer}/healthz`)).status).toBe(200)
    await rename(`${file}.away`, file)
    expect(await ready()).toBe(200)
    const { body } = await started(cast)
    await expectAlive(cast, { refreshToken: body.refresh_token })
    await assertInvariants(booted, cast)
    await booted.close()
  })
})
