export interface WebhookEndpointRow {
  id: string
  url: string
  format: 'standard' | 'caep'
  audience: string | null
  sealed_secret: string | null
  wants_started: number
  wants_ended: number
  wants_audit: number
  /** The audit trail was told up to here. */
  audit_seq: number
  created_at: number
  failures: number
  resume_at: number
  last_error: string | null
  is_full: number
}

export interface WebhookDeliveryRow {
  endpoint: string
  impersonation: string
  event: 'impersonation.started' | 'impersonation.ended'
  created_at: number
  due_at: number
  attempts: number
}
