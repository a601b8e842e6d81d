import type {
  BareAuditEvent,
  Impersonation,
  WebhookDelivery,
  WebhookEndpoint,
} from '../../index.ts'
import { presentBareAuditEvent } from '../../index.ts'
import type { Parts } from '../parts.ts'
import type { Outgoing } from './post.ts'
import type { SignEvent } from './security-event-token.ts'
import { SESSION_REVOKED, sessionRevoked, VERIFICATION } from './security-event-token.ts'
import { inForce, secretsIn } from './signing-secrets.ts'
import { standardWebhook } from './standard-webhook.ts'

/** What messages are put together with. */
export interface Composing extends Pick<Parts, 'box' | 'clock' | 'server'> {
  readonly signEvent: SignEvent
}

/** Ids and times only: no token, no address, nothing that people wrote. */
export async function composeDelivery(
  composing: Composing,
  endpoint: WebhookEndpoint,
  { event, createdAt }: WebhookDelivery,
  impersonation: Impersonation,
): Promise<Outgoing> {
  const id = `${impersonation.id}_${event.split('.')[1] ?? ''}_${endpoint.id}`
  const { ended } = impersonation
  if (endpoint.format === 'caep' && ended !== null) {
    return composing.signEvent({
      id,
      audience: endpoint.audience ?? endpoint.url,
      at: createdAt,
      subject: subjectOf(impersonation, composing.server.issuer),
      transaction: impersonation.id,
      type: SESSION_REVOKED,
      claims: sessionRevoked(ended.by, ended.reason, ended.at),
    })
  }
  const data = dataOf(impersonation, event === 'impersonation.ended')
  return sealedMessage(composing, endpoint, { id, type: event, at: createdAt, data })
}

/** RFC 9493 and the "complex" format of the Shared Signals Framework: this session of this user. */
const subjectOf = ({ id, subject }: Impersonation, issuer: string): Record<string, unknown> => ({
  format: 'complex',
  session: { format: 'opaque', id },
  user: { format: 'iss_sub', iss: issuer, sub: subject },
})

const time = (at: number): string => new Date(at).toISOString()

function dataOf(impersonation: Impersonation, isEnd: boolean): Record<string, unknown> {
  const { id, actor, subject, app, mode, startedAt, expiresAt, ended } = impersonation
  return {
    impersonation_id: id,
    actor,
    subject,
    app,
    mode,
    started_at: time(startedAt),
    expires_at: time(expiresAt),
    // A start that is told late says what it would have said in time.
    ended_at: isEnd && ended !== null ? time(ended.at) : null,
    ended_by: isEnd && ended !== null ? ended.by : null,
    end_reason: isEnd && ended !== null ? ended.reason : null,
  }
}

/** The id names what is inside: a batch that has grown meanwhile is another message. */
export function composeAudit(
  composing: Composing,
  endpoint: WebhookEndpoint,
  events: readonly BareAuditEvent[],
): Outgoing {
  const [first, last] = [events[0], events.at(-1)]
  const id = `aud_${first?.seq ?? 0}-${last?.seq ?? 0}_${endpoint.id}`
  const data = { events: events.map(presentBareAuditEvent) }
  return sealedMessage(composing, endpoint, { id, type: 'audit.events', at: last?.at ?? 0, data })
}

/** Shows that an endpoint is reached and can verify what it gets. */
export async function composeTest(
  composing: Composing,
  endpoint: WebhookEndpoint,
  id: string,
): Promise<Outgoing> {
  const at = composing.clock()
  if (endpoint.format === 'standard') {
    const data = { endpoint: endpoint.id }
    return sealedMessage(composing, endpoint, { id, type: 'webhook.test', at, data })
  }
  return composing.signEvent({
    id,
    audience: endpoint.audience ?? endpoint.url,
    at,
    subject: { format: 'opaque', id: endpoint.id },
    type: VERIFICATION,
    claims: {},
  })
}

function sealedMessage(
  { box, clock }: Composing,
  { sealedSecret }: WebhookEndpoint,
  message: Parameters<typeof standardWebhook>[0],
): Outgoing {
  const now = clock()
  return standardWebhook(message, inForce(secretsIn(box.open(sealedSecret ?? '')), now), now)
}
