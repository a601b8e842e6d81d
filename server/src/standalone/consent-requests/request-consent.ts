import type { ConsentAsked, ConsentRequest, ConsentWanted, Ports, Storage } from '../../index.ts'
import { assessConsentRequest, ConditionLost, limitRate, record } from '../../index.ts'
import { consentRequestMail } from '../mail/consent-request-mail.ts'

/** An answer is wanted while the problem is still one. */
const OPEN_MS = 24 * 3_600_000

/** Nobody is asked again and again until they give in. */
const PER_PAIR = { name: 'consent-pair', points: 5, window: 24 * 3600 }

export interface Asking {
  readonly ports: Ports
  readonly storage: Pick<Storage, 'consentRequests' | 'mail'>
  readonly issuer: string
  /** Whether mail is written. */
  readonly mails: boolean
}

/**
 * Asks a customer to allow an app, on behalf of an administrator: request, audit event and mail are
 * one unit. Where one waits for an answer already, that one is given back.
 *
 * @throws Denied as `assessConsentRequest`, RATE_LIMITED
 */
export async function requestConsent(
  asking: Asking,
  wanted: ConsentWanted,
  actorToken: string | null,
  reason: string,
): Promise<ConsentRequest> {
  const { ports, storage } = asking
  const asked = await assessConsentRequest(ports, wanted, actorToken)
  const { subject, app, actor } = asked
  const find = (): Promise<ConsentRequest | undefined> =>
    storage.consentRequests.findPending(subject.sub, app.clientId, ports.clock())
  const waiting = await find()
  if (waiting !== undefined) return waiting
  const counted = { limit: PER_PAIR, key: `${subject.sub}|${app.clientId}`, actor: actor.sub }
  await limitRate(ports, { ...counted, service: wanted.service }, wanted.origin)
  const request = draw(ports, wanted, asked, reason)
  try {
    await ports.unitOfWork.run(() => write(asking, request, asked, wanted))
    return request
  } catch (error) {
    // Somebody else asked between our reading and our writing.
    const other = error instanceof ConditionLost ? await find() : undefined
    if (other === undefined) throw error
    return other
  }
}

function draw(
  { newId, clock }: Ports,
  { service, mode }: ConsentWanted,
  { actor, subject, app }: ConsentAsked,
  reason: string,
): ConsentRequest {
  const now = clock()
  return {
    id: newId('crq', now),
    subject: subject.sub,
    app: app.clientId,
    actor: actor.sub,
    service,
    mode,
    reason,
    status: 'pending',
    requestedAt: now,
    expiresAt: now + OPEN_MS,
    decidedAt: null,
  }
}

async function write(
  { ports, storage, issuer, mails }: Asking,
  request: ConsentRequest,
  asked: ConsentAsked,
  { service, origin }: ConsentWanted,
): Promise<void> {
  await storage.consentRequests.add(request)
  const { id, mode, reason } = request
  await record(
    ports,
    {
      action: 'consent.requested',
      outcome: 'success',
      actor: asked.actor.sub,
      service,
      subject: asked.subject.sub,
      organization: asked.subject.organization?.id ?? null,
      app: request.app,
      details: { request: id, mode, reason },
    },
    origin,
  )
  if (mails) await storage.mail.put(consentRequestMail(request, asked, issuer))
}
