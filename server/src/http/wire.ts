/** What travels, as contract §4 and §5 write it; shapes.ts holds the schemas to these types. */
export interface PersonShape {
  sub: string
  email: string | null
  name: string | null
}

export interface ImpersonationShape {
  id: string
  actor: PersonShape
  subject: PersonShape
  app: { client_id: string; name: string | null }
  mode: 'read_only' | 'full'
  reason: string | null
  ticket: string | null
  status: 'active' | 'ended'
  started_at: string
  expires_at: string
  ended_at: string | null
  ended_by: string | null
  end_reason: string | null
}

export interface UserShape {
  sub: string
  email: string
  name: string
  organization: { id: string; name: string } | null
  roles: string[]
  status: 'active' | 'disabled'
  last_login_at: string | null
}

export interface AppShape {
  client_id: string
  name: string
  type: 'spa' | 'web' | 's2s'
  enabled: boolean
  require_consent: boolean
  redirect_uris: string[]
}

export interface ConsentShape {
  app: string
  scope: string
  granted_at: string
  revoked_at: string | null
}

export interface StatisticsShape {
  active: number
  started_24h: number
  ended_24h: number
  denied_24h: number
  users: number | null
  by_day: { day: string; started: number; denied: number }[]
  audit_verified: { seq: number; at: string; valid: boolean } | null
}

export interface AuditEventShape {
  seq: number | null
  id: string
  at: string
  action: string
  outcome: 'success' | 'denied' | 'failure'
  code: string | null
  actor: string | null
  s2s_client: string | null
  subject: string | null
  organization: string | null
  app: string | null
  impersonation: string | null
  ip: string | null
  user_agent: string | null
  request_id: string | null
  details: Readonly<Record<string, unknown>>
}
