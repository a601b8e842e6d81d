import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Writer } from './unit-of-work.ts'
import type { WebhookEndpointRow } from './webhook-row.ts'

export type WebhookFormat = 'standard' | 'caep'

export const webhookEvents = ['impersonation.started', 'impersonation.ended', 'audit.*'] as const

export type WebhookEvent = (typeof webhookEvents)[number]

/** Whom to tell; times in epoch milliseconds. */
export interface WebhookEndpoint {
  /** `whe_…` */
  readonly id: string
  readonly url: string
  readonly format: WebhookFormat
  readonly events: readonly WebhookEvent[]
  /** `aud` of the tokens it gets; `null` when it gets none. */
  readonly audience: string | null
  /** Encrypted by whoever made it; `null` where a signature needs none. */
  readonly sealedSecret: string | null
  readonly createdAt: number
  /** The audit trail was told up to here. */
  readonly auditSeq: number
  /** Attempts that have failed since the last success. */
  readonly failures: number
  /** Before that nothing is sent there. */
  readonly resumeAt: number
  readonly lastError: string | null
  /** So much waits that nothing more is queued. */
  readonly isFull: boolean
}

/** What changes while it is told things. */
export interface WebhookState {
  readonly auditSeq?: number
  readonly failures?: number
  readonly resumeAt?: number
  readonly lastError?: string | null
  readonly isFull?: boolean
}

export interface WebhookEndpoints {
  add(endpoint: WebhookEndpoint): Promise<void>
  /** With what waits for it. `ConditionLost('changed')` when it is not there. */
  remove(id: string): Promise<void>
  /** Oldest first. */
  list(): Promise<WebhookEndpoint[]>
  note(id: string, state: WebhookState): Promise<void>
  /** `ConditionLost('changed')` when it has another by now, or is not there. */
  replaceSecret(id: string, sealedSecret: string, held: string): Promise<void>
}

export function createWebhookEndpoints(database: Database, writer: Writer): WebhookEndpoints {
  const { kysely } = database
  return {
    async add(endpoint) {
      await writer.write([kysely.insertInto('webhook_endpoint').values(toRow(endpoint)).compile()])
    },
    async remove(id) {
      const endpoint = kysely.deleteFrom('webhook_endpoint').where('id', '=', id).compile()
      const all = kysely.selectFrom('webhook_endpoint').select('id')
      // Also what was queued while another one was removed.
      const waiting = kysely.deleteFrom('webhook_delivery').where('endpoint', 'not in', all)
      await writer.write([
        { ...endpoint, onMiss: () => new ConditionLost('changed') },
        waiting.compile(),
      ])
    },
    async list() {
      const query = kysely.selectFrom('webhook_endpoint').selectAll().orderBy('id')
      return (await database.rows<WebhookEndpointRow>(query.compile())).map(toEndpoint)
    },
    async note(id, state) {
      const update = kysely.updateTable('webhook_endpoint').set(columnsOf(state))
      await writer.write([update.where('id', '=', id).compile()])
    },
    async replaceSecret(id, sealedSecret, held) {
      const update = kysely.updateTable('webhook_endpoint').set({ sealed_secret: sealedSecret })
      const query = update.where('id', '=', id).where('sealed_secret', '=', held).compile()
      await writer.write([{ ...query, onMiss: () => new ConditionLost('changed') }])
    },
  }
}

const columnsOf = (state: WebhookState): Partial<WebhookEndpointRow> => ({
  ...(state.auditSeq !== undefined && { audit_seq: state.auditSeq }),
  ...(state.failures !== undefined && { failures: state.failures }),
  ...(state.resumeAt !== undefined && { resume_at: state.resumeAt }),
  ...(state.lastError !== undefined && { last_error: state.lastError }),
  ...(state.isFull !== undefined && { is_full: Number(state.isFull) }),
})

const toRow = (endpoint: WebhookEndpoint): WebhookEndpointRow => ({
  id: endpoint.id,
  url: endpoint.url,
  format: endpoint.format,
  audience: endpoint.audience,
  sealed_secret: endpoint.sealedSecret,
  wants_started: Number(endpoint.events.includes('impersonation.started')),
  wants_ended: Number(endpoint.events.includes('impersonation.ended')),
  wants_audit: Number(endpoint.events.includes('audit.*')),
  audit_seq: endpoint.auditSeq,
  created_at: endpoint.createdAt,
  failures: endpoint.failures,
  resume_at: endpoint.resumeAt,
  last_error: endpoint.lastError,
  is_full: Number(endpoint.isFull),
})

const toEndpoint = (row: WebhookEndpointRow): WebhookEndpoint => {
  const wanted = [row.wants_started, row.wants_ended, row.wants_audit]
  return {
    id: row.id,
    url: row.url,
    format: row.format,
    events: webhookEvents.filter((_, index) => wanted[index] === 1),
    audience: row.audience,
    sealedSecret: row.sealed_secret,
    createdAt: row.created_at,
    auditSeq: row.audit_seq,
    failures: row.failures,
    resumeAt: row.resume_at,
    lastError: row.last_error,
    isFull: row.is_full === 1,
  }
}
