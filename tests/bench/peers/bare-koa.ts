import { hash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import Koa from 'koa'
import koaPackage from 'koa/package.json' with { type: 'json' }
import { offer } from '../offer.ts'
import { BARE_SCHEMA } from './bare-schema.ts'
import { openDurable } from './durable-database.ts'
import { groupCommit } from './group-commit.ts'
import { jsonBody } from './json-body.ts'

const LIFE_SECONDS = 1_800

interface Start {
  readonly subject: string
  readonly reason: string
  readonly id: string
  readonly grantId: string
  readonly token: string
  readonly now: number
}

function inserts(database: Database): (start: Start) => void {
  const row = database.prepare(
    `INSERT INTO impersonation VALUES (?, ?, ?, ?, 'spa', 'read_only', ?, ?, ?, NULL)`,
  )
  const model = database.prepare('INSERT INTO oidc_model VALUES (?, ?, ?, ?, ?, NULL)')
  const audit = database.prepare(
    `INSERT INTO audit_event VALUES (?, ?, 'impersonation.started', 'success', ?, ?, 'spa', ?, ?)`,
  )
  return ({ subject, reason, id, grantId, token, now }) => {
    const expires = now + LIFE_SECONDS
    // an actor of its own for every start, as the unique index wants
    const actor = `usr_${id}`
    row.run(id, grantId, actor, subject, reason, now, expires)
    const common = { iat: now, exp: expires, accountId: subject, clientId: 'spa' }
    const grant = { ...common, kind: 'Grant', jti: grantId, openid: { scope: 'openid' } }
    model.run('Grant', grantId, JSON.stringify(grant), null, expires)
    const refresh = { ...common, kind: 'RefreshToken', grantId, gty: 'impersonation', sid: id }
    const payload = JSON.stringify({ ...refresh, scope: 'openid', rotations: 0, iiat: now })
    // at rest only the hash of a bearer token, as in the product
    model.run('RefreshToken', hash('sha256', token, 'base64url'), payload, grantId, expires)
    audit.run(`aud_${id}`, now, actor, subject, id, JSON.stringify({ reason }))
  }
}

let sequence = 0

/** Time-ordered, as the product's ids are: random ones would make this floor slower. */
function orderedId(): string {
  sequence += 1
  return `${Date.now().toString(36)}${sequence.toString(36).padStart(6, '0')}`
}

await offer(async () => {
  const database = openDurable(join(process.argv[2] ?? '.', 'bare-koa.sqlite'))
  database.exec(BARE_SCHEMA)
  const insert = inserts(database)
  const commit = groupCommit(database)
  const app = new Koa()
  app.use(async (ctx) => {
    const { sub, reason } = (await jsonBody(ctx.req)) as { sub: string; reason: string }
    const id = orderedId()
    const token = randomBytes(32).toString('base64url')
    const now = Math.floor(Date.now() / 1_000)
    const start = { subject: sub, reason, id, grantId: `grant_${id}`, token, now }
    await commit(() => insert(start))
    ctx.body = {
      refresh_token: token,
      refresh_token_expires_in: LIFE_SECONDS,
      refresh_token_expires_on: now + LIFE_SECONDS,
      impersonation_id: `imp_${id}`,
      mode: 'read_only',
    }
  })
  return { handler: app.callback(), version: koaPackage.version, facts: {} }
})
