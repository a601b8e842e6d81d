import type { Ending } from '../impersonation/ending.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { ImpersonationRow } from './schema.ts'

export function toRow(impersonation: Impersonation): ImpersonationRow {
  const { startedAt, expiresAt, redeemBy, redeemedAt, actorSession, ended, ...same } = impersonation
  return {
    ...same,
    started_at: startedAt,
    expires_at: expiresAt,
    redeem_by: redeemBy,
    redeemed_at: redeemedAt,
    actor_session: actorSession,
    ended_at: ended?.at ?? null,
    end_noticed_at: null,
    ended_by: ended?.by ?? null,
    end_reason: ended?.reason ?? null,
  }
}

export function toImpersonation(row: ImpersonationRow): Impersonation {
  return {
    id: row.id,
    actor: row.actor,
    subject: row.subject,
    organization: row.organization,
    app: row.app,
    service: row.service,
    mode: row.mode,
    scope: row.scope,
    reason: row.reason,
    ticket: row.ticket,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    redeemBy: row.redeem_by,
    redeemedAt: row.redeemed_at,
    actorSession: row.actor_session,
    ended: row.ended_at === null ? null : toEnding(row, row.ended_at),
  }
}

const toEnding = (row: ImpersonationRow, at: number): Ending => ({
  at,
  by: row.ended_by as Ending['by'],
  reason: row.end_reason as Ending['reason'],
})
