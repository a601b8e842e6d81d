import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Sqlite from 'better-sqlite3'
import type { Storage } from '../../server/src/index.ts'
import { newId, openStorage, sqliteFileIn, stamp } from '../../server/src/index.ts'

/**
 * How the tables grow: weighs a row of each kind in a real database, indexes included, and reckons
 * what is there when the purge keeps up. What a request costs is measured by run.ts.
 */
const { values } = parseArgs({
  options: {
    refreshes: { type: 'string', default: '10,1000,10000' },
    /** The part of them that belongs to impersonations. */
    impersonated: { type: 'string', default: '0.001' },
    retention: { type: 'string', default: '365' },
  },
})

const ROWS = 20_000
const BATCH = 500
const DAY = 86_400
const PURGE_SECONDS = 60
const ACCESS_SECONDS = 600
/** A used refresh token is kept until it expires, so that a replay is known for one. */
const REFRESH_SECONDS = { ordinary: 14 * DAY, impersonated: 1800 }
/** An app refreshes when its access token is about to end, so six times in half an hour. */
const REFRESHES_PER_IMPERSONATION = 6
/** Start, end, refreshes, and what resource servers report. */
const EVENTS_PER_IMPERSONATION = 2 + REFRESHES_PER_IMPERSONATION + 20

type Fill = (storage: Storage, n: number) => Promise<void>

const who = (n: number): string => `usr_${String(n % 5000).padStart(8, '0')}`

const event: Fill = (storage, n) => {
  const happening = {
    action: 'impersonation.refreshed',
    outcome: 'success',
    actor: who(n),
    subject: who(n * 7),
    organization: `org_${n % 100}`,
    app: 'acme-portal',
    impersonation: newId('imp', Date.now()),
  } as const
  const origin = { requestId: `req_${randomUUID()}`, ip: '192.0.2.1', userAgent: 'Mozilla/5.0' }
  return storage.audit.record(stamp({ clock: Date.now, newId }, happening, origin))
}

const token =
  (model: string): Fill =>
  (storage, n) => {
    const payload = {
      exp: Math.floor(Date.now() / 1000) + ACCESS_SECONDS,
      accountId: who(n),
      kind: model,
      gty: 'authorization_code refresh_token',
      clientId: 'acme-portal',
      scope: 'openid profile email orders:read orders:write',
      grantId: randomUUID(),
    }
    return storage.models(model).upsert(randomUUID(), payload, ACCESS_SECONDS)
  }

async function weigh(fill: Fill): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-capacity-'))
  const storage = openStorage({ folder })
  try {
    await storage.migrate()
    const before = sizeOf(folder)
    for (let n = 0; n < ROWS; n += BATCH) {
      await storage.unitOfWork.run(async () => {
        for (let i = n; i < n + BATCH; i++) await fill(storage, i)
      })
    }
    return (sizeOf(folder) - before) / ROWS
  } finally {
    await storage.close()
    rmSync(folder, { recursive: true })
  }
}

function sizeOf(folder: string): number {
  const beside = new Sqlite(sqliteFileIn(folder))
  beside.pragma('wal_checkpoint(TRUNCATE)')
  beside.close()
  return statSync(sqliteFileIn(folder)).size
}

function reckon(refreshes: number, bytes: { event: number; token: number }): string[] {
  const impersonated = refreshes * Number(values.impersonated)
  const ordinary = refreshes - impersonated
  const kept = (perSecond: number, seconds: number): number => perSecond * (seconds + PURGE_SECONDS)
  const tokens =
    kept(refreshes, ACCESS_SECONDS) +
    kept(ordinary, REFRESH_SECONDS.ordinary) +
    kept(impersonated, REFRESH_SECONDS.impersonated)
  const started = (impersonated * DAY) / REFRESHES_PER_IMPERSONATION
  const events = started * EVENTS_PER_IMPERSONATION
  return [
    String(refreshes),
    compact(started),
    compact(tokens),
    weight(tokens * bytes.token),
    compact(events),
    weight(events * bytes.event),
    weight(events * bytes.event * Number(values.retention)),
  ]
}

const compact = (n: number): string =>
  Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 2 }).format(n)
const weight = (bytes: number): string =>
  `${compact(bytes)}B`.replace('BB', 'GB').replace('KB', 'kB')

const bytes = {
  event: await weigh(event),
  token: ((await weigh(token('AccessToken'))) + (await weigh(token('RefreshToken')))) / 2,
}
const { event: ofEvent, token: ofToken } = bytes
console.log(
  `a row, indexes included: audit event ${ofEvent.toFixed(0)} B, token ${ofToken.toFixed(0)} B\n`,
)
const headings = ['refreshes/s', 'impersonations/day', 'token rows', 'tokens']
console.log(
  [...headings, 'events/day', 'audit/day', `audit in ${values.retention} days`].join(' | '),
)
for (const rate of values.refreshes.split(',')) {
  console.log(reckon(Number(rate), bytes).join(' | '))
}
