import type { AuditAction } from '../impersonation/audit-event.ts'
import type { DenialCode } from '../impersonation/denial.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied } from './denied.ts'
import type { ImpersonationRequest } from './impersonation-request.ts'
import { recordAside } from './write-audit.ts'

/** Malformed requests are the caller's bugs, and an exceeded limit has an event of its own. */
const NOT_A_DENIAL: ReadonlySet<DenialCode> = new Set([
  'REASON_REQUIRED',
  'TICKET_INVALID',
  'RATE_LIMITED',
])

/** What turns out about a request while it is decided. */
export interface FoundOut {
  actor: string | null
  /** Of the subject. */
  organization: string | null
}

/** Runs a request and writes down why it was refused, if it was. */
export async function auditDenials<T>(
  ports: Ports,
  request: ImpersonationRequest,
  action: AuditAction,
  work: (found: FoundOut) => Promise<T>,
): Promise<T> {
  const found: FoundOut = { actor: null, organization: null }
  try {
    return await work(found)
  } catch (error) {
    if (error instanceof Denied && !NOT_A_DENIAL.has(error.denial.code)) {
      await recordDenial(ports, request, action, found, error.denial.code)
    }
    throw error
  }
}

async function recordDenial(
  ports: Ports,
  request: ImpersonationRequest,
  action: AuditAction,
  { actor, organization }: FoundOut,
  code: DenialCode,
): Promise<void> {
  const who = { code, actor, service: request.service }
  const whom = { subject: request.subject, organization, app: request.app }
  await recordAside(ports, { action, outcome: 'denied', ...who, ...whom }, request.origin)
  if (code !== 'IMPERSONATOR_NOT_ALLOWED') return
  await recordAside(
    ports,
    { action: 'privilege_violation', outcome: 'denied', ...who, ...whom },
    request.origin,
  )
}
