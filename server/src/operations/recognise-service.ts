import type { Origin } from '../impersonation/audit-event.ts'
import type { DenialCode } from '../impersonation/denial.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { Denied } from './denied.ts'
import { recordAside } from './write-audit.ts'

/** Scopes of the service-to-service API; `root` includes every other one. */
export const serviceScopes = [
  'root',
  'read_impersonation',
  'revoke_impersonation',
  'write_impersonation_event',
  'read_user',
  'read_app',
  'read_audit',
] as const

export type ServiceScope = (typeof serviceScopes)[number]

/** Compared as a whole word: `rootx` or `ROOT` is not `root`. */
export const hasScope = ({ scopes }: Service, scope: ServiceScope): boolean =>
  scopes.has('root') || scopes.has(scope)

/**
 * Whose client-credentials token this is, provided it has the scope.
 *
 * @param token what followed `Bearer`; `null` when there was no such header.
 * @throws Denied UNAUTHENTICATED, S2S_TOKEN_INVALID, IMPERSONATION_FORBIDDEN, S2S_SCOPE
 */
export async function recogniseService(
  ports: Ports,
  token: string | null,
  scope: ServiceScope,
  origin: Origin,
): Promise<Service> {
  const service = token === null ? undefined : await ports.tokens.findService(token)
  const acting = service === undefined ? await findActing(ports, token) : undefined
  const code = findDefect(ports, { token, service, acting }, scope)
  if (service !== undefined && code === null) return service
  await recordAside(
    ports,
    {
      action: 's2s.auth_failed',
      outcome: 'denied',
      code,
      service: service?.clientId ?? null,
      actor: acting?.actor ?? null,
      subject: acting?.subject ?? null,
      app: acting?.app ?? null,
      impersonation: acting?.id ?? null,
      details: { scope },
    },
    origin,
  )
  // Whoever has it, and may not start for another reason, would be sent to ask for what they have.
  const details = service !== undefined && !hasScope(service, scope) ? { scope } : {}
  throw new Denied({ code: code ?? 'S2S_TOKEN_INVALID', details })
}

/** The impersonation somebody tries to call with instead of a service's token. */
async function findActing(
  { tokens, impersonations }: Ports,
  token: string | null,
): Promise<Impersonation | undefined> {
  const bearer = token === null ? undefined : await tokens.findBearer(token)
  return bearer?.kind === 'impersonation' ? impersonations.find(bearer.impersonation) : undefined
}

interface Caller {
  readonly token: string | null
  readonly service: Service | undefined
  readonly acting: Impersonation | undefined
}

function findDefect(
  { settings }: Ports,
  { token, service, acting }: Caller,
  scope: ServiceScope,
): DenialCode | null {
  if (token === null) return 'UNAUTHENTICATED'
  // Somebody acting for somebody else must not reach the API that lets them do so (CWE-441).
  if (acting !== undefined) return 'IMPERSONATION_FORBIDDEN'
  if (service === undefined) return 'S2S_TOKEN_INVALID'
  if (!hasScope(service, scope)) return 'S2S_SCOPE'
  const allowed = settings.impersonationServices
  const mayStart = allowed === null || allowed.includes(service.clientId)
  return scope === 'root' && !mayStart ? 'S2S_SCOPE' : null
}
