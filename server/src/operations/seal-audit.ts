import type { ChainHead, Problem } from '../impersonation/audit-chain.ts'
import type { AuditReader, AuditSigner, HeldLease, KeptStatement } from '../ports/audit-seal.ts'
import type { Ports } from '../ports/ports.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import { reportTampering } from './report-tampering.ts'

/** Small enough to be a pause nobody notices. */
const SEGMENT = 200
const CHECKPOINT_MS = 10_000
const LEASE_MS = 30_000

export interface SealingPorts extends Pick<
  Ports,
  'audit' | 'auditSeal' | 'auditStatements' | 'leases' | 'unitOfWork' | 'clock' | 'newId' | 'alarm'
> {
  readonly signer: AuditSigner
  readonly reader: AuditReader
  readonly issuer: string
  /** Names this process, no two alike. */
  readonly holder: string
}

export interface Sealer {
  /**
   * Seals all that waits and signs where the chain ends, if this process is the one to do it.
   * @param signNow also when the last checkpoint is less than ten seconds old.
   * @returns whether it was.
   */
  seal(signNow?: boolean): Promise<boolean>
  /** Lets another process go on at once. */
  release(): Promise<void>
}

/** Remembers where it was: a chain that was changed meanwhile is not built upon. */
export function createSealer(ports: SealingPorts): Sealer {
  const lease: HeldLease = { name: 'audit-seal', holder: ports.holder, milliseconds: LEASE_MS }
  let known: Known | undefined
  let broken = false
  return {
    async seal(signNow = false) {
      if (!(await ports.leases.take(lease.name, lease.holder, LEASE_MS))) return false
      // And it keeps the lease: another process would know less, and build on what it finds.
      if (broken) return false
      const problem = await findTampering(ports, known)
      if (problem !== null) {
        broken = true
        await reportTampering(ports, problem)
        return false
      }
      try {
        const head = await sealAll(ports, lease)
        known = { head, signed: await signHead(ports, lease, head, signNow) }
        return true
      } catch (error) {
        // The lease has gone to another process: it has done, or will do, the same.
        if (error instanceof ConditionLost) return false
        throw error
      }
    },
    release: () => ports.leases.release(lease.name, lease.holder),
  }
}

/** What this process has left behind. */
interface Known {
  readonly head: ChainHead
  /** Where the last checkpoint was. */
  readonly signed: number
}

/** Signing a chain that somebody has shortened or rewritten would make it good. */
async function findTampering(
  { auditSeal, auditStatements, reader }: SealingPorts,
  known: Known | undefined,
): Promise<Problem | null> {
  const last = await auditStatements.lastCheckpoint()
  const signed = last && (await reader.readCheckpoint(last.jws))
  if (signed === null) return { kind: 'forged_checkpoint', seq: last?.seq ?? 0 }
  const head = await auditSeal.head()
  for (const before of [signed, known?.head]) {
    if (before === undefined || before.seq === 0) continue
    if (before.seq > head.seq) return { kind: 'truncated', seq: head.seq + 1 }
    const hash = await auditSeal.hashAt(before.seq)
    if (hash === before.hash) continue
    // Somebody may have pruned what was the head a while ago.
    const pruned = hash === undefined ? await auditStatements.lastTombstone() : undefined
    if (pruned !== undefined && before.seq <= pruned.seq) continue
    return { kind: hash === undefined ? 'missing' : 'rewritten', seq: before.seq }
  }
  const gone = known !== undefined && known.signed > (last?.seq ?? 0)
  return gone ? { kind: 'missing_checkpoint', seq: known.signed } : null
}

async function sealAll({ auditSeal }: SealingPorts, lease: HeldLease): Promise<ChainHead> {
  for (;;) {
    const { head, sealed } = await auditSeal.sealNext(lease, SEGMENT)
    if (sealed < SEGMENT) return head
  }
}

/** @returns where the last checkpoint is now. */
async function signHead(
  ports: SealingPorts,
  lease: HeldLease,
  head: ChainHead,
  signNow: boolean,
): Promise<number> {
  const last = await ports.auditStatements.lastCheckpoint()
  const signed = last?.seq ?? 0
  if (head.seq === signed) return signed
  const now = ports.clock()
  if (!signNow && last !== undefined && (await isFresh(ports, last, now))) return signed
  const jws = await ports.signer.sign('checkpoint', {
    iss: ports.issuer,
    seq: head.seq,
    hash: head.hash,
    at: new Date(now).toISOString(),
    previous: last?.digest ?? null,
  })
  await ports.auditStatements.addCheckpoint(head.seq, jws, lease)
  return head.seq
}

async function isFresh(
  { reader }: SealingPorts,
  last: KeptStatement,
  now: number,
): Promise<boolean> {
  const signed = await reader.readCheckpoint(last.jws)
  // A clock that was turned back must not put off the next one until it has caught up.
  return signed !== null && Math.abs(now - Date.parse(signed.at)) < CHECKPOINT_MS
}
