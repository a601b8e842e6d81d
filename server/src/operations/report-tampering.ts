import type { Problem } from '../impersonation/audit-chain.ts'
import { problemKinds } from '../impersonation/audit-chain.ts'
import type { Ports } from '../ports/ports.ts'
import { recordAlone } from './write-audit.ts'

/** Raises the alarm, and writes into the trail itself that it was tampered with. Never throws. */
export async function reportTampering(
  ports: Pick<Ports, 'audit' | 'clock' | 'newId' | 'unitOfWork' | 'alarm'>,
  problem: Problem,
): Promise<void> {
  const what = `the audit trail does not verify at seq ${problem.seq}`
  ports.alarm(what, new Error(problemKinds[problem.kind]))
  const details = { problem: problem.kind, seq: problem.seq }
  await recordAlone(ports, { action: 'audit.verify_failed', outcome: 'failure', details }, null)
}
