import type { ImpersonationSession } from './impersonation.ts'
import { clock } from './monotonic-clock.ts'
import type { Answer } from './private-request.ts'
import type { Kept } from './token-store.ts'

interface Wire extends Pick<
  ImpersonationSession,
  'id' | 'actor' | 'subject' | 'reason' | 'ticket'
> {
  readonly app: { readonly client_id: string; readonly name: string | null }
  readonly mode: string
  readonly expires_at: string
}

/**
 * The session as the issuer describes it. How long it lasts is the issuer's own difference between
 * two of its times, counted from when the first of them arrived.
 *
 * @throws ImpersonationError
 */
export function sessionOf(
  { status, body, isOver, problem }: Answer,
  current: () => Kept | null,
): ImpersonationSession {
  const { id, actor, subject, app, mode, reason, ticket, expires_at } = body as unknown as Wire
  const end = Date.parse(expires_at)
  if (status !== 200 || id !== current()?.id || !(end > 0))
    throw problem(isOver ? 'IMPERSONATION_ENDED' : 'ISSUER_FAILED')
  return {
    id,
    actor,
    subject,
    reason,
    ticket,
    app: { clientId: app.client_id, name: app.name },
    mode: mode === 'full' ? mode : 'read_only',
    remaining() {
      const kept = current()
      return kept ? Math.max(0, end - kept.issuedAt + kept.at - clock()) : 0
    },
  }
}
