import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'vitest'
import type { Booted } from './boot.ts'
import type { Cast } from './cast.ts'
import type { Dump, Row } from './dump-of.ts'
import { dumpOf } from './dump-of.ts'
import { sealing } from './seal-booted.ts'

const rejections: unknown[] = []
process.on('unhandledRejection', (reason) => {
  rejections.push(reason)
})

const CLIENTS = ['admin-panel', 'acme-web', 'acme-backend', 'acme-readonly']

/**
 * What must hold whatever was done to the server: see the numbers below. Secrets are those the cast
 * has received, the demo's client secrets, and whatever a test adds to `cast.secrets`.
 */
export async function assertInvariants(booted: Booted, cast: Cast): Promise<void> {
  const { audit } = booted.parts.storage
  await audit.flush()
  const dump = await dumpOf(booted)
  const now = booted.parts.clock()
  assertGrantsAndRows(dump, now)
  assertStartsAndEnds(dump)
  assertNoSecret({ log: booted.log(), database: JSON.stringify(dump) }, cast.secrets)
  assertLifetimes(dump)
  assertOnePerActor(dump, now)
  await assertChain(booted)
  assertIntact(booted)
  await assertAlive(booted)
  assertSubjectsUntouched(dump)
}

const rowsOf = (dump: Dump, table: string): readonly Row[] => dump[table] ?? []
const text = (row: Row, column: string): string => String(row[column])
const isOpen = (row: Row): boolean => row['ended_at'] === null
const isLive = (row: Row, now: number): boolean => isOpen(row) && Number(row['expires_at']) > now
const isOurs = (grantId: unknown): boolean =>
  typeof grantId === 'string' && grantId.startsWith('imp_')

/** INV1, INV5: each live grant of an impersonation has its open, unexpired row and vice versa. */
function assertGrantsAndRows(dump: Dump, now: number): void {
  const grants = rowsOf(dump, 'oidc_model').filter(
    (row) => row['model'] === 'Grant' && isOurs(row['id']) && Number(row['expires_at']) > now,
  )
  const open = rowsOf(dump, 'impersonation').filter((row) => isLive(row, now))
  const ids = (rows: readonly Row[]): string[] => rows.map((row) => text(row, 'id')).toSorted()
  expect(ids(grants), 'INV1: grants and open impersonations').toEqual(ids(open))
}

/** INV2: exactly one `started` each, one `ended` when it is over and none before. */
function assertStartsAndEnds(dump: Dump): void {
  const count = (action: string): Map<string, number> => {
    const counted = new Map<string, number>()
    for (const row of rowsOf(dump, 'audit_event')) {
      if (row['action'] !== action) continue
      const id = text(row, 'impersonation')
      counted.set(id, (counted.get(id) ?? 0) + 1)
    }
    return counted
  }
  const impersonations = rowsOf(dump, 'impersonation')
  const expected = (rows: readonly Row[]): Map<string, number> =>
    new Map(rows.map((row) => [text(row, 'id'), 1]))
  expect(count('impersonation.started'), 'INV2: started').toEqual(expected(impersonations))
  expect(count('impersonation.ended'), 'INV2: ended').toEqual(
    expected(impersonations.filter((row) => !isOpen(row))),
  )
}

/** INV3: what was written can be sealed, and the chain verifies without a gap. */
async function assertChain(booted: Booted): Promise<void> {
  const { seal, verify } = await sealing(booted)
  expect(await seal(), 'INV3: sealed').toBe(true)
  const { problem, prunedThrough, seq, signedThrough } = await verify()
  expect({ problem, prunedThrough, signedThrough }, 'INV3: chain').toEqual({
    problem: null,
    prunedThrough: 0,
    signedThrough: seq,
  })
}

/** INV4: no secret raw, URL-encoded or in base64, in whatever the server has kept or said of itself. */
export function assertNoSecret(places: Readonly<Record<string, string>>, known: Set<string>): void {
  const secrets = [...known, ...CLIENTS.map((client) => `${client}-secret`)]
  for (const [place, content] of Object.entries(places)) {
    for (const secret of secrets) {
      const form = formsOf(secret).find((candidate) => content.includes(candidate))
      if (form !== undefined) throw new Error(`INV4: a secret is in the ${place}: ${form}`)
    }
  }
}

/** Base64 looks different at each of three offsets; only the characters inside are fixed. */
function formsOf(secret: string): string[] {
  const based = [0, 1, 2].map((offset) => {
    const whole = Buffer.from('\0'.repeat(offset) + secret).toString('base64url')
    return whole.slice(offset === 0 ? 0 : offset + 1, -1)
  })
  const standard = based.map((form) => form.replaceAll('-', '+').replaceAll('_', '/'))
  return [...new Set([secret, encodeURIComponent(secret), ...based, ...standard])]
}

/** INV6: no token and no grant outlives its impersonation. */
function assertLifetimes(dump: Dump): void {
  const ends = new Map(
    rowsOf(dump, 'impersonation').map((row) => [text(row, 'id'), Number(row['expires_at'])]),
  )
  for (const row of rowsOf(dump, 'oidc_model')) {
    const grantId = row['model'] === 'Grant' ? row['id'] : row['grant_id']
    if (!isOurs(grantId)) continue
    const payload = JSON.parse(text(row, 'payload')) as { exp?: number }
    const end = ends.get(String(grantId))
    if (end === undefined) throw new Error(`INV6: a ${text(row, 'model')} of no impersonation`)
    expect(payload.exp, `INV6: ${text(row, 'model')}`).toBeLessThanOrEqual(end / 1000)
    // Rows are swept by milliseconds; tokens count whole seconds.
    expect(Number(row['expires_at']), `INV6: row`).toBeLessThan(end + 1000)
  }
}

/** INV7: at most one active impersonation per actor. */
function assertOnePerActor(dump: Dump, now: number): void {
  const actors = rowsOf(dump, 'impersonation')
    .filter((row) => isLive(row, now))
    .map((row) => text(row, 'actor'))
  expect(actors, 'INV7: one active impersonation per actor').toEqual([...new Set(actors)])
}

/** INV8: the database's own check. */
function assertIntact({ parts }: Booted): void {
  if (parts.server.databaseUrl !== undefined) return
  const file = new Sqlite(join(parts.server.dataDir, 'understudy.sqlite'), { readonly: true })
  try {
    expect(file.pragma('quick_check', { simple: true }), 'INV8: SQLite').toBe('ok')
  } finally {
    file.close()
  }
}

/** INV9: the process lives, is healthy, and has forgotten no promise. */
async function assertAlive({ issuer }: Booted): Promise<void> {
  const answer = await fetch(`${issuer}/healthz`)
  expect([answer.status, await answer.json()], 'INV9: health').toEqual([200, { status: 'ok' }])
  expect(rejections, 'INV9: unhandled rejections').toEqual([])
}

/** INV10: what is of an impersonation hangs on its own grant, and no login session knows of it. */
function assertSubjectsUntouched(dump: Dump): void {
  for (const row of rowsOf(dump, 'oidc_model')) {
    const payload = text(row, 'payload')
    const { gty } = JSON.parse(payload) as { gty?: string }
    const impersonated = gty?.startsWith('impersonation') === true
    expect(isOurs(row['grant_id']), `INV10: ${text(row, 'model')}`).toBe(impersonated)
    if (row['model'] === 'Session') expect(payload, 'INV10: session').not.toContain('"imp_')
  }
}
