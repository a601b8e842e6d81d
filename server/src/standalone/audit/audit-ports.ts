import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { PruningPorts, SealingPorts, VerifyingPorts } from '../../index.ts'
import { newId } from '../../index.ts'
import type { AuditKeyRing } from './audit-keys.ts'
import type { Parts } from '../parts.ts'

/** A pause that lets requests of the same process through. */
const PAUSE_MS = 5

/** What sealing, verifying and pruning the audit trail need. */
export const auditPorts = (
  { storage, server, clock, log }: Pick<Parts, 'storage' | 'server' | 'clock' | 'log'>,
  { signer, reader }: Pick<AuditKeyRing, 'signer' | 'reader'>,
  holder: string = randomUUID(),
): SealingPorts & VerifyingPorts & PruningPorts => ({
  ...storage,
  clock,
  newId,
  alarm: (what, error) => {
    log.error({ err: error, alarm: true }, what)
  },
  signer,
  reader,
  issuer: server.issuer,
  holder,
  pause: () => delay(PAUSE_MS),
})
