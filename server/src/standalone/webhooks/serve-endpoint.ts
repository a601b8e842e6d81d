import type { BareAuditEvent, WebhookDelivery, WebhookEndpoint } from '../../index.ts'
import type { Outcome } from './attempt.ts'
import { MOST_AGE_MS, MOST_ATTEMPTS, pauseAfter } from './back-off.ts'
import { giveUpOlder } from './give-up.ts'
import { tell, tellAudit } from './tell.ts'
import type { Working } from './working.ts'

/** So many requests at a time, about different impersonations. */
const LANES = 4
const AUDIT_BATCH = 100
/** Longer than a round of requests takes: of several nodes, one serves an endpoint. */
const LEASE_MS = 30_000
/** Failures after which an operator is told. */
const ALARM_AFTER = 5

export const leaseOf = (endpoint: Pick<WebhookEndpoint, 'id'>): string => `webhook:${endpoint.id}`

/** Tells an endpoint what is due, until nothing is, or until it does not answer as it should. */
export async function serveEndpoint(
  working: Working,
  listed: WebhookEndpoint,
  stopped: () => boolean,
): Promise<void> {
  const { storage, clock } = working
  if (listed.resumeAt > clock() || isIdle(await findWork(working, listed))) return
  const keepLease = leasing(working, listed)
  if (!(await keepLease())) return
  // Whoever held it until now may have told some of it, and written that down.
  let endpoint = (await storage.webhookEndpoints.list()).find(({ id }) => id === listed.id)
  while (endpoint !== undefined && endpoint.resumeAt <= clock() && !stopped()) {
    const work = await findWork(working, endpoint)
    if (isIdle(work) || !(await keepLease())) return
    const current = endpoint
    const [audited, ...told] = await Promise.all([
      tellAudit(working, current, work.events),
      ...work.due.map((delivery) => tell(working, current, delivery)),
    ])
    const auditSeq = audited.sent ? work.events.at(-1)?.seq : undefined
    const health = await noteHealth(working, current, [audited, ...told])
    endpoint = { ...current, ...(auditSeq !== undefined && { auditSeq }), ...health }
  }
}

interface Work {
  readonly due: readonly WebhookDelivery[]
  readonly events: readonly BareAuditEvent[]
}

const isIdle = ({ due, events }: Work): boolean => due.length === 0 && events.length === 0

async function findWork({ storage, clock }: Working, endpoint: WebhookEndpoint): Promise<Work> {
  const { webhookDeliveries } = storage
  const due = await webhookDeliveries.findDue(endpoint.id, clock(), LANES)
  const wantsAudit = endpoint.events.includes('audit.*')
  const events = wantsAudit
    ? await webhookDeliveries.auditAfter(endpoint.auditSeq, AUDIT_BATCH)
    : []
  return { due, events }
}

/** Takes the lease, and takes it again when a good part of it is over. */
function leasing(
  { storage, clock, holder }: Working,
  endpoint: WebhookEndpoint,
): () => Promise<boolean> {
  let takenAt = -Infinity
  return async () => {
    const now = clock()
    if (Math.abs(now - takenAt) < LEASE_MS / 3) return true
    takenAt = now
    return storage.leases.take(leaseOf(endpoint), holder, LEASE_MS)
  }
}

/** @returns what has changed about the endpoint. */
async function noteHealth(
  working: Working,
  endpoint: WebhookEndpoint,
  outcomes: readonly Outcome[],
): Promise<Pick<WebhookEndpoint, 'failures' | 'resumeAt'>> {
  const { storage, clock, random, log } = working
  const { id, failures: before, resumeAt: due } = endpoint
  const failed = outcomes.find((outcome) => !outcome.sent && outcome.because === 'receiver')
  if (failed === undefined || failed.sent) {
    if (before > 0) await storage.webhookEndpoints.note(id, { failures: 0, lastError: null })
    return { failures: 0, resumeAt: due }
  }
  const { error } = failed
  const failures = before + 1
  const resumeAt = clock() + pauseAfter(failures, random())
  await storage.webhookEndpoints.note(id, { failures, resumeAt, lastError: error })
  const alarm = failures === ALARM_AFTER
  log[alarm ? 'error' : 'warn']({ webhook: id, failures, reason: error, alarm }, 'webhook failed')
  await giveUpOlder(working, id, clock() - MOST_AGE_MS, error)
  if (failures === MOST_ATTEMPTS) await recordOutage(working, endpoint, error)
  return { failures, resumeAt }
}

/** The trail waits for its receiver however long it takes; that it waits is on record once. */
async function recordOutage(
  { impersonation, log }: Working,
  { id, events, failures }: WebhookEndpoint,
  error: string,
): Promise<void> {
  if (!events.includes('audit.*')) return
  const details = { endpoint: id, event: 'audit.*', attempts: failures + 1, error }
  await impersonation.record({ action: 'webhook.failed', outcome: 'failure', details }, null)
  log.error({ webhook: id, reason: error, alarm: true }, 'audit trail is not received')
}
