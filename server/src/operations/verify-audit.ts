import type { Problem } from '../impersonation/audit-chain.ts'
import type { Census } from '../ports/audit-seal.ts'
import type { Ports } from '../ports/ports.ts'
import type { Root, WitnessPorts } from './audit-witnesses.ts'
import { anchoredCheckpoints, findRoot, keptCheckpoints } from './audit-witnesses.ts'
import { reportTampering } from './report-tampering.ts'
import { ChainBroken, walkAuditChain } from './walk-audit-chain.ts'

/** Events of nodes whose clocks differ a little are no news. */
const STEP_BACK_MS = 60_000

export interface VerifyingPorts
  extends
    WitnessPorts,
    Pick<Ports, 'audit' | 'auditSeal' | 'unitOfWork' | 'clock' | 'newId' | 'alarm'> {
  /** Called between pages, so that others get their turn. */
  readonly pause: () => Promise<void>
}

export interface Verification {
  /** What was pruned ends here; 0 when nothing was. */
  readonly prunedThrough: number
  /** The last link that holds. */
  readonly seq: number
  /** The last link that a checkpoint confirms. */
  readonly signedThrough: number
  /** Events that are not sealed yet. */
  readonly waiting: number
  /** How often an event says that it happened over a minute before the one ahead of it. */
  readonly stepsBack: number
  readonly problem: Problem | null
}

/**
 * Walks the whole chain and holds it against what was signed: with `anchor`, against exported
 * checkpoints as well. What it finds wrong goes to the alarm and into the trail. The result is kept.
 */
export async function verifyAudit(
  ports: VerifyingPorts,
  anchor?: () => AsyncIterable<string>,
): Promise<Verification> {
  const found = await verifyOnce(ports, anchor)
  const { seq, problem } = found
  await ports.auditSeal.noteVerification({ seq, at: ports.clock(), problem })
  if (problem !== null) await reportTampering(ports, problem)
  return found
}

async function verifyOnce(
  ports: VerifyingPorts,
  anchor?: () => AsyncIterable<string>,
): Promise<Verification> {
  const tombstone = (await ports.auditStatements.lastTombstone())?.seq
  const found = await examine(ports, anchor)
  if (found.problem === null) return found
  // What was pruned while the chain was walked is no longer there to be walked.
  const again = (await ports.auditStatements.lastTombstone())?.seq !== tombstone
  return again ? verifyOnce(ports, anchor) : found
}

async function examine(
  ports: VerifyingPorts,
  anchor?: () => AsyncIterable<string>,
): Promise<Verification> {
  const seen = { prunedThrough: 0, seq: 0, signedThrough: 0, waiting: 0, stepsBack: 0 }
  try {
    const root = await findRoot(ports)
    seen.prunedThrough = root.seq
    seen.seq = root.seq
    seen.signedThrough = root.seq
    await walkFrom(ports, root, seen, anchor)
    const census = await ports.auditSeal.takeCensus()
    seen.waiting = census.waiting
    assertComplete(census, seen.seq)
    return { ...seen, problem: null }
  } catch (error) {
    if (!(error instanceof ChainBroken)) throw error
    return { ...seen, problem: error.problem }
  }
}

interface Seen {
  seq: number
  signedThrough: number
  stepsBack: number
}

async function walkFrom(
  ports: VerifyingPorts,
  root: Root,
  seen: Seen,
  anchor?: () => AsyncIterable<string>,
): Promise<void> {
  let at: number | null = null
  await walkAuditChain(ports, {
    root,
    witnesses: [
      keptCheckpoints(ports, root),
      ...(anchor === undefined ? [] : [anchoredCheckpoints(ports, root, anchor())]),
    ],
    visit(link, witness) {
      seen.seq = link.seq
      if (witness !== undefined) seen.signedThrough = link.seq
      if (at !== null && link.at !== null && link.at < at - STEP_BACK_MS) seen.stepsBack++
      at = link.at
      return true
    },
    pause: ports.pause,
  })
}

/** Every event is sealed or waits for it; what waits is there. */
function assertComplete({ events, sealed, waiting, lost }: Census, seq: number): void {
  if (lost > 0) throw new ChainBroken('unsealed_missing', seq + 1)
  if (events !== sealed + waiting) throw new ChainBroken('unchained', seq + 1)
}
