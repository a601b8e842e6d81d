import { createSealer, verifyAudit } from '../../index.ts'
import type { Sealer } from '../../index.ts'
import { exportAnchor } from './audit-anchor.ts'
import type { AuditKeyRing } from './audit-keys.ts'
import { loadAuditKeys } from './audit-keys.ts'
import { auditPorts } from './audit-ports.ts'
import type { Parts } from '../parts.ts'

const VERIFY_EVERY_MS = 24 * 3_600_000

export interface AuditWork {
  /** Seals, signs, exports, and once a day verifies everything. */
  turn(stopped: () => boolean): Promise<void>
  /** Signs what is sealed, so that nothing stays unsigned while no server runs. */
  finish(): Promise<void>
}

interface Prepared {
  readonly ring: AuditKeyRing
  readonly sealer: Sealer
  readonly verify: (stopped: () => boolean) => Promise<void>
}

/** What one of the nodes does for the audit trail of all. */
export function createAuditWork(parts: Parts, holder: string): AuditWork {
  const { auditAnchorFile } = parts.server
  let prepared: Prepared | undefined
  const seal = async (signNow: boolean): Promise<Prepared | undefined> => {
    prepared ??= await prepare(parts, holder)
    const { sealer, ring } = prepared
    if (!(await sealer.seal(signNow))) return undefined
    if (auditAnchorFile !== undefined) await exportAnchor(auditAnchorFile, parts.storage, ring)
    return prepared
  }
  return {
    async turn(stopped) {
      await (await seal(false))?.verify(stopped)
    },
    async finish() {
      if (prepared === undefined) return
      await seal(true)
      await prepared.sealer.release()
    },
  }
}

async function prepare(parts: Parts, holder: string): Promise<Prepared> {
  const ring = await loadAuditKeys(parts)
  const ports = auditPorts(parts, ring, holder)
  return {
    ring,
    sealer: createSealer(ports),
    async verify(stopped) {
      const last = await ports.auditSeal.lastVerification()
      const age = Math.abs(parts.clock() - (last?.at ?? -Infinity))
      if (age < VERIFY_EVERY_MS) return
      await verifyUnlessStopped(ports, stopped)
    },
  }
}

class Stopped extends Error {
  override name = 'Stopped'
}

/** A long chain must not keep a server from stopping: the next one verifies it. */
async function verifyUnlessStopped(
  ports: ReturnType<typeof auditPorts>,
  stopped: () => boolean,
): Promise<void> {
  const pause = async (): Promise<void> => {
    await ports.pause()
    if (stopped()) throw new Stopped()
  }
  try {
    await verifyAudit({ ...ports, pause })
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  }
}
