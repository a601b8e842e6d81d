import { z } from 'zod'
import { auditActions } from '../impersonation/audit-event.ts'
import { denials } from '../impersonation/denial.ts'
import { endReasons } from '../impersonation/ending.ts'
import { policy } from './present-settings.ts'
import type {
  AppShape,
  AuditEventShape,
  ConsentShape,
  ImpersonationShape,
  PersonShape,
  StatisticsShape,
  UserShape,
} from './wire.ts'

/** Shapes of contract §4 and §5; ids of components in /openapi.json. */
export const timestamp: z.ZodType<string> = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'UTC, with milliseconds' })
export const person: z.ZodType<PersonShape> = z.object({
  sub: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
})

const endedBy = [...new Set(Object.values(endReasons))]
const impersonation = z
  .object({
    id: z.string(),
    actor: person,
    subject: person,
    app: z.object({ client_id: z.string(), name: z.string().nullable() }),
    mode: z.enum(['read_only', 'full']),
    reason: z.string().nullable(),
    ticket: z.string().nullable(),
    status: z.enum(['active', 'ended']),
    started_at: timestamp,
    expires_at: timestamp,
    ended_at: timestamp.nullable(),
    ended_by: z.enum(endedBy).nullable(),
    end_reason: z.enum(Object.keys(endReasons)).nullable(),
  })
  .meta({ id: 'Impersonation' }) satisfies z.ZodType<ImpersonationShape>

const user = z
  .object({
    sub: z.string(),
    email: z.string(),
    name: z.string(),
    organization: z.object({ id: z.string(), name: z.string() }).nullable(),
    roles: z.array(z.string()),
    status: z.enum(['active', 'disabled']),
    last_login_at: timestamp.nullable(),
  })
  .meta({ id: 'User' }) satisfies z.ZodType<UserShape>

const app = z
  .object({
    client_id: z.string(),
    name: z.string(),
    type: z.enum(['spa', 'web', 's2s']),
    enabled: z.boolean(),
    require_consent: z.boolean(),
    redirect_uris: z.array(z.string()),
  })
  .meta({ id: 'App' }) satisfies z.ZodType<AppShape>

const consent = z
  .object({
    app: z.string(),
    scope: z.string(),
    granted_at: timestamp,
    revoked_at: timestamp.nullable(),
  })
  .meta({ id: 'Consent' }) satisfies z.ZodType<ConsentShape>

const auditEvent = z
  .object({
    seq: z.int().nullable(),
    id: z.string(),
    at: timestamp,
    action: z.enum(auditActions),
    outcome: z.enum(['success', 'denied', 'failure']),
    code: z.string().nullable(),
    actor: z.string().nullable(),
    s2s_client: z.string().nullable(),
    subject: z.string().nullable(),
    organization: z.string().nullable(),
    app: z.string().nullable(),
    impersonation: z.string().nullable(),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    request_id: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' }) satisfies z.ZodType<AuditEventShape>

const count = z.int().meta({ description: 'at most 10 000' })

const statistics = z
  .object({
    active: count,
    started_24h: count,
    ended_24h: count,
    denied_24h: count,
    users: count.nullable(),
    by_day: z.array(z.object({ day: z.iso.date(), started: count, denied: count })),
    audit_verified: z.object({ seq: count, at: timestamp, valid: z.boolean() }).nullable(),
  })
  .meta({ id: 'Statistics' }) satisfies z.ZodType<StatisticsShape>

const rule = z.object({
  rule: z.string(),
  passed: z.boolean(),
  code: z.string().optional(),
  description: z.string(),
})

const started = z.object({
  refresh_token: z.string(),
  refresh_token_expires_in: z.int().meta({ description: 'seconds' }),
  refresh_token_expires_on: z.int().meta({ description: 'epoch seconds' }),
  impersonation_id: z.string(),
  mode: z.enum(['read_only', 'full']),
  links: z.array(z.string()).meta({ description: 'one per redirect URI of the app' }),
})

const failure = z
  .looseObject({
    error: z.string(),
    error_description: z.string(),
    code: z.enum(Object.keys(denials)),
    request_id: z.string(),
  })
  .meta({ id: 'Error', description: 'Some codes add members: docs/reference/errors.md' })

export const page = <Shape extends z.ZodType>(item: Shape): z.ZodType =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() })

const total = z.int().nullable().optional().meta({
  description:
    'with `total=true`: at most 10 001, which means more; `null` when it would take long',
})

const countedPage = <Shape extends z.ZodType>(item: Shape): z.ZodType =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable(), total })

export interface Shapes {
  readonly [name: string]: z.ZodType
}

export const shapes: Shapes = {
  started: started.meta({ id: 'StartedImpersonation' }),
  checked: z.object({ allowed: z.boolean(), rules: z.array(rule) }).meta({ id: 'Check' }),
  impersonation,
  impersonations: countedPage(impersonation),
  impersonationWithTimeline: impersonation
    .extend({ timeline: z.array(auditEvent), timeline_truncated: z.literal(true).optional() })
    .meta({ id: 'ImpersonationWithTimeline' }),
  user,
  users: countedPage(user),
  app,
  apps: page(app),
  consents: page(consent),
  settings: z.object({ policy, roles: z.array(z.string()) }).meta({ id: 'Settings' }),
  auditEvents: countedPage(auditEvent),
  statistics,
  ended: z.object({ ended: z.int() }).meta({ id: 'EndedImpersonations' }),
  endedFeed: z.string().meta({
    description: 'events `ended` with `{impersonation_id, ended_at, ended_by}`, and `reset`',
  }),
  auditExport: z.string().meta({ description: 'CSV (RFC 4180) or newline-delimited JSON' }),
  failure,
}
