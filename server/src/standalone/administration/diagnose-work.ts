import type { Health, Storage } from '../../index.ts'
import { demoRisks } from '../configuration/production-risks.ts'
import type { ServerSettings } from '../configuration/server-settings.ts'
import type { Finding } from './finding.ts'
import { fine, wrong } from './finding.ts'

/** A running server does this work every few seconds; what waits longer waits for nobody. */
const WAITS_MS = 60_000
const START = 'Start the server, or look into its log: it does this every few seconds.'

export function diagnoseOutbox({ oldestInOutbox }: Health, now: number): Finding {
  const check = 'Audit outbox'
  if (oldestInOutbox === null) return fine(check, 'empty')
  const since = new Date(oldestInOutbox).toISOString()
  if (now - oldestInOutbox < WAITS_MS) return fine(check, 'being emptied')
  return wrong(check, `events wait since ${since}`, START)
}

export async function diagnoseOverdue(storage: Storage, now: number): Promise<Finding> {
  const check = 'Overdue impersonations'
  const overdue = await storage.impersonations.findOverdue(now - WAITS_MS, 100)
  if (overdue.length === 0) return fine(check, 'none')
  return wrong(check, `${overdue.length} without their end on record`, START)
}

export async function diagnoseDemoData(storage: Storage, server: ServerSettings): Promise<Finding> {
  const check = 'Demo data'
  if (!server.production) return fine(check, 'not in production')
  const [risk] = await demoRisks(storage)
  if (risk === undefined) return fine(check, 'none')
  return wrong(check, risk.reason, 'Use a database that never held the demo.')
}
