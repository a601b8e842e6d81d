import { randomUUID } from 'node:crypto'
import { createAuditWork } from './audit/audit-work.ts'
import { deliverMail } from './mail/deliver-mail.ts'
import { createMailer } from './mail/mailer.ts'
import type { Parts } from './parts.ts'
import type { Repeated } from './repeat.ts'
import { repeat } from './repeat.ts'
import { createWebhookWork } from './webhooks/webhook-work.ts'

const SWEEP_MS = 5000
const PURGE_EVERY = 12
const MAIL_MS = 2000
const SEAL_MS = 5000
const WEBHOOK_MS = 1000
/** A node that is gone without a word is missed for so long. */
const LEASE_MS = 15_000

/**
 * Ends what time has ended, empties the audit outbox, and now and then deletes expired tokens; seals
 * the audit trail. Of several nodes one does it. Beside that, so that no slow mail server keeps it
 * waiting, each sends mail, and of several nodes one serves each webhook.
 */
export function startBackground(parts: Parts): Repeated {
  const { storage, log, server } = parts
  const holder = randomUUID()
  const onFailure = (error: unknown): void => {
    log.error({ err: error, alarm: true }, 'background work failed')
  }
  const sweeping = repeat(SWEEP_MS, sweep(parts, holder), onFailure)
  const audit = createAuditWork(parts, holder)
  const sealing = repeat(SEAL_MS, (_turn, stopped) => audit.turn(stopped), onFailure)
  const mailer = server.smtpUrl === undefined ? null : createMailer(server.smtpUrl, server)
  const mailing =
    mailer && repeat(MAIL_MS, (_turn, stopped) => deliverMail(parts, mailer, stopped), onFailure)
  const webhooks = createWebhookWork(parts, holder, onFailure)
  const telling = repeat(WEBHOOK_MS, (turn, stopped) => webhooks.turn(turn, stopped), onFailure)
  return {
    async stop() {
      mailer?.close()
      await Promise.all([sweeping.stop(), sealing.stop(), mailing?.stop(), telling.stop()])
      await audit.finish().catch(onFailure)
      await webhooks.finish().catch(onFailure)
      await storage.leases.release('sweep', holder).catch(onFailure)
      await parts.impersonation.recordCounted(true)
    },
  }
}

const sweep =
  ({ impersonation, storage }: Parts, holder: string) =>
  async (turn: number, stopped: () => boolean): Promise<void> => {
    await impersonation.recordCounted()
    if (!(await storage.leases.take('sweep', holder, LEASE_MS))) return
    await impersonation.sweep()
    if (turn % PURGE_EVERY === 0) await storage.purge(stopped)
  }
