import type { Account } from '../impersonation/account.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { DenialCode } from '../impersonation/denial.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied } from './denied.ts'
import { recordAside } from './write-audit.ts'

/**
 * Refuses the administrator a service calls for, and writes that down: a token that names nobody, or
 * an account that may not.
 *
 * @throws Denied IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED
 */
export async function refuseActor(
  ports: Ports,
  service: string | null,
  account: Account | undefined,
  origin: Origin,
): Promise<never> {
  const code: DenialCode =
    account === undefined ? 'IMPERSONATOR_TOKEN_INVALID' : 'IMPERSONATOR_NOT_ALLOWED'
  const refused = { outcome: 'denied', code, service, actor: account?.sub ?? null } as const
  await recordAside(ports, { action: 's2s.auth_failed', ...refused }, origin)
  if (account !== undefined) {
    await recordAside(ports, { action: 'privilege_violation', ...refused }, origin)
  }
  throw new Denied(code)
}
