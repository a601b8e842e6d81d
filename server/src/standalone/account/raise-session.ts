import type { Session } from 'oidc-provider'
import { MFA_ACR } from '../../index.ts'

/**
 * Whoever has just proved a new second factor, minutes after the password, is not asked for it again
 * a moment later: this session has seen both.
 */
export async function raiseSession(session: Session, method: string): Promise<void> {
  const amr = [...new Set([...(session.amr ?? ['pwd']), method, 'mfa'])]
  Object.assign(session, { amr, acr: MFA_ACR })
  await session.persist()
}
