import type { Ports } from '../ports/ports.ts'
import type { AuditSigner } from '../ports/audit-seal.ts'
import type { Root, WitnessPorts } from './audit-witnesses.ts'
import { findRoot, keptCheckpoints } from './audit-witnesses.ts'
import type { Witness } from './walk-audit-chain.ts'
import { walkAuditChain } from './walk-audit-chain.ts'
import { record } from './write-audit.ts'

const BATCH = 100

export interface PruningPorts
  extends WitnessPorts, Pick<Ports, 'audit' | 'auditSeal' | 'unitOfWork' | 'clock' | 'newId'> {
  readonly signer: AuditSigner
  readonly issuer: string
  readonly pause: () => Promise<void>
}

export interface Pruned {
  /** The chain goes on after this one; what it was before when nothing was old enough. */
  readonly through: number
  readonly events: number
}

/**
 * Removes the oldest events, up to the last checkpoint before which everything is older than
 * `before`. A signed tombstone says so first, in one unit with its event; then the events go, a few
 * at a time. Interrupted, the next call goes on.
 *
 * @param details for the event in the trail, say on whose behalf.
 * @throws ChainBroken when what would be removed does not verify: nothing is removed then.
 */
export async function pruneAudit(
  ports: PruningPorts,
  before: number,
  details: Readonly<Record<string, unknown>>,
): Promise<Pruned> {
  const root = await findRoot(ports)
  const cut = await findCut(ports, root, before)
  if (cut !== undefined) await bury(ports, root, cut, before, details)
  let events = 0
  for (let gone = BATCH; gone === BATCH;) {
    gone = await ports.auditSeal.dropCovered(BATCH)
    events += gone
    await ports.pause()
  }
  return { through: cut?.seq ?? root.seq, events }
}

async function findCut(
  ports: PruningPorts,
  root: Root,
  before: number,
): Promise<Witness | undefined> {
  // The newest link stays, for the next one to follow.
  const { seq: newest } = await ports.auditSeal.head()
  let cut: Witness | undefined
  await walkAuditChain(ports, {
    root,
    witnesses: [keptCheckpoints(ports, root)],
    visit(link, witness) {
      if (link.at === null || link.at >= before || link.seq >= newest) return false
      if (witness !== undefined) cut = witness
      return true
    },
    pause: ports.pause,
  })
  return cut
}

async function bury(
  ports: PruningPorts,
  root: Root,
  cut: Witness,
  before: number,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const removed = cut.seq - root.seq
  const said = { seq: cut.seq, removed, before: new Date(before).toISOString() }
  const jws = await ports.signer.sign('tombstone', {
    iss: ports.issuer,
    ...said,
    hash: cut.hash,
    at: new Date(ports.clock()).toISOString(),
    checkpoint: cut.digest,
    previous: root.digest,
  })
  await ports.unitOfWork.run(async () => {
    await ports.auditStatements.addTombstone(cut.seq, jws)
    const happening = { action: 'audit.pruned', outcome: 'success' } as const
    await record(ports, { ...happening, details: { ...said, ...details } }, null)
  })
}
