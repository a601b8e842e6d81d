import { ConditionLost } from '../../index.ts'
import type { MailOutcome, WaitingMail } from '../../index.ts'
import type { Parts } from '../parts.ts'
import type { Mailer } from './mailer.ts'

const BATCH = 20
/** For this long nobody else sends what one node is sending. */
const CLAIM_MS = 120_000
const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 3_600_000
/** Attempts after which an operator is told. */
const ALARM_AFTER = 5
/** Later than this, nobody wants to read it any more. */
const GIVE_UP_MS = 24 * 3_600_000

/** Sends what is due, one after the other. Of several nodes, one sends each mail. */
export async function deliverMail(
  parts: Pick<Parts, 'storage' | 'clock' | 'log'>,
  mailer: Pick<Mailer, 'send'>,
  stopped: () => boolean = () => false,
): Promise<void> {
  const { storage, clock } = parts
  for (const mail of await storage.mail.findDue(clock(), BATCH)) {
    if (stopped()) return
    if (!(await claimed(parts, mail))) continue
    await storage.mail.settle(mail.id, await attempt(parts, mailer, mail))
  }
}

async function claimed(
  { storage, clock }: Pick<Parts, 'storage' | 'clock'>,
  mail: WaitingMail,
): Promise<boolean> {
  try {
    await storage.mail.claim(mail, clock() + CLAIM_MS)
    return true
  } catch (error) {
    if (error instanceof ConditionLost) return false
    throw error
  }
}

async function attempt(
  { clock, log }: Pick<Parts, 'clock' | 'log'>,
  mailer: Pick<Mailer, 'send'>,
  mail: WaitingMail,
): Promise<MailOutcome> {
  try {
    await mailer.send(mail)
    return { sentAt: clock() }
  } catch (cause) {
    const now = clock()
    const attempts = mail.attempts + 1
    const error = (cause instanceof Error ? cause.message : String(cause)).slice(0, 500)
    const givesUp = now - mail.createdAt > GIVE_UP_MS
    const alarm = givesUp || attempts === ALARM_AFTER
    const what = givesUp ? 'mail given up' : 'mail could not be sent'
    log[alarm ? 'error' : 'warn']({ mail: mail.id, attempts, reason: error, alarm }, what)
    return givesUp ? { failedAt: now, error } : { dueAt: now + pauseAfter(attempts), error }
  }
}

const pauseAfter = (attempts: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1))
