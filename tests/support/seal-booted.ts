import type { Verification } from 'understudy'
import { createSealer, verifyAudit } from 'understudy'
import { loadAuditKeys } from '../../server/src/standalone/audit/audit-keys.ts'
import { auditPorts } from '../../server/src/standalone/audit/audit-ports.ts'
import type { Booted } from './boot.ts'

/** Seals and verifies what a booted server has written; it does not do so by itself. */
export async function sealing({
  parts,
}: Booted): Promise<{ seal: () => Promise<boolean>; verify: () => Promise<Verification> }> {
  const ports = {
    ...auditPorts(parts, await loadAuditKeys(parts)),
    pause: () => Promise.resolve(),
  }
  const sealer = createSealer(ports)
  return {
    async seal() {
      await parts.storage.audit.flush()
      const sealed = await sealer.seal(true)
      await sealer.release()
      return sealed
    },
    verify: () => verifyAudit(ports),
  }
}
