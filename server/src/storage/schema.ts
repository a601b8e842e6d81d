import type { Mode } from '../impersonation/impersonation.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from './webhook-row.ts'
import type { ConsentRequestRow, MailRow, PasskeyRow } from './customer-rows.ts'

/** The rows as they lie in the database; they never leave this room. */
export interface Schema {
  organization: { id: string; name: string }
  account: AccountRow
  /** What accounts are searched by; kept in step by triggers. `id` and the trigrams: SQLite only. */
  account_text: { id: number; account: string; text: string }
  account_trigram: { rowid: number; text: string }
  second_factor: {
    account: string
    sealed_secret: string
    last_step: number | null
    enrolled_at: number
  }
  app: AppRow
  consent: {
    account: string
    app: string
    scope: string
    mode: Mode
    granted_at: number
    revoked_at: number | null
  }
  impersonation: ImpersonationRow
  oidc_model: ModelRow
  audit_event: AuditEventRow
  audit_person: {
    event: string
    ip: string | null
    user_agent: string | null
    email: string | null
    searched: string | null
  }
  audit_seal: { seq: number; event: string; hash: string }
  audit_unsealed: { event: string }
  audit_checkpoint: { seq: number; jws: string }
  audit_tombstone: { through: number; jws: string }
  audit_key: { kid: string; sealed_jwk: string; created_at: number }
  audit_verification: {
    id: number
    seq: number
    at: number
    problem: string | null
    problem_seq: number | null
  }
  lease: { name: string; holder: string; until: number }
  audit_outbox: { id: string; event: string }
  signing_key: {
    kid: string
    alg: string
    sealed_jwk: string
    state: 'next' | 'current' | 'previous'
    created_at: number
  }
  rate_limit: { id: string; points: number; expires_at: number }
  mail: MailRow
  consent_request: ConsentRequestRow
  passkey: PasskeyRow
  webhook_endpoint: WebhookEndpointRow
  webhook_delivery: WebhookDeliveryRow
  recovery_code: { account: string; hash: string; used_at: number | null }
}

export interface AccountRow {
  sub: string
  email: string
  name: string
  organization: string | null
  /** JSON array. */
  roles: string
  status: 'active' | 'disabled'
  password_hash: string | null
  last_login_at: number | null
  created_at: number
}

export interface AppRow {
  client_id: string
  name: string
  type: 'spa' | 'web' | 's2s'
  enabled: number
  require_consent: number
  introspects_all: number
  secret_hash: string | null
  /** JSON arrays, here and in the other plurals. */
  redirect_uris: string
  post_logout_redirect_uris: string
  scope: string
  /** Scopes it may ask for with client credentials. */
  service_scope: string
  write_scopes: string
  resources: string
  grant_types: string
  id_token_alg: string
  created_at: number
}

export interface ImpersonationRow {
  id: string
  actor: string
  subject: string
  organization: string | null
  app: string
  service: string | null
  mode: 'read_only' | 'full'
  scope: string
  reason: string | null
  ticket: string | null
  started_at: number
  expires_at: number
  redeem_by: number | null
  redeemed_at: number | null
  actor_session: string | null
  ended_at: number | null
  /** When the end was written: time ends what nobody looks at, and what is looked at comes later. */
  end_noticed_at: number | null
  ended_by: string | null
  end_reason: string | null
}

export interface ModelRow {
  model: string
  id: string
  payload: string
  grant_id: string | null
  uid: string | null
  user_code: string | null
  expires_at: number | null
  consumed_at: number | null
}

export interface AuditEventRow {
  id: string
  at: number
  action: string
  outcome: 'success' | 'denied' | 'failure'
  code: string | null
  actor: string | null
  service: string | null
  subject: string | null
  organization: string | null
  app: string | null
  impersonation: string | null
  request_id: string | null
  /** JSON object. */
  details: string
}
