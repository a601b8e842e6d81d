/** As they lie in the database; part of the schema. */
export interface MailRow {
  id: string
  recipient: string
  subject: string
  text: string
  html: string
  created_at: number
  /** When it may be sent; while somebody sends it, when somebody else may. */
  due_at: number
  attempts: number
  sent_at: number | null
  failed_at: number | null
  last_error: string | null
}

export interface ConsentRequestRow {
  id: string
  subject: string
  app: string
  actor: string
  service: string | null
  mode: 'read_only' | 'full'
  reason: string
  status: 'pending' | 'accepted' | 'declined' | 'expired'
  requested_at: number
  expires_at: number
  decided_at: number | null
}

export interface PasskeyRow {
  id: string
  account: string
  name: string
  /** COSE key, base64url. */
  public_key: string
  counter: number
  /** JSON array. */
  transports: string
  device: 'single' | 'multi'
  created_at: number
  last_used_at: number | null
}
