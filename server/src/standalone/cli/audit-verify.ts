import { readFile } from 'node:fs/promises'
import type { CommandDef } from 'citty'
import type { JWK } from 'jose'
import { z } from 'zod'
import type { AuditReader, Verification } from '../../index.ts'
import { problemKinds, verifyAudit } from '../../index.ts'
import { readAnchor } from '../audit/audit-anchor.ts'
import { loadAuditKeys, readerFor } from '../audit/audit-keys.ts'
import { auditPorts } from '../audit/audit-ports.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withParts } from './with-parts.ts'

export const auditVerify: CommandDef = command({
  name: 'understudy audit verify',
  description: 'Prove that nobody has changed the audit trail, or say from where on somebody has',
  args: {
    anchor: { type: 'string', description: 'exported checkpoints (AUDIT_ANCHOR_FILE)' },
    key: { type: 'string', description: 'public key kept elsewhere (understudy audit key)' },
  },
  input: z.strictObject({ anchor: z.string().optional(), key: z.string().optional() }),
  async run({ anchor, key }) {
    const given = key === undefined ? undefined : await readKey(key)
    const found = await withParts(async (parts) => {
      const ring = await loadAuditKeys(parts)
      const ports = {
        ...auditPorts(parts, { ...ring, reader: given ?? ring.reader }),
        // Nobody else waits in this process.
        pause: () => Promise.resolve(),
      }
      return verifyAudit(ports, anchor === undefined ? undefined : () => readAnchor(anchor))
    })
    for (const line of describe(found)) print(line)
    if (found.problem !== null) process.exitCode = 1
  },
})

/** A file with one public JWK or several, one on each line, as `audit key` prints them. */
async function readKey(file: string): Promise<AuditReader> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('{'))
  if (lines.length === 0) throw new Error(`${file} holds no public key (JWK)`)
  return readerFor(lines.map((line) => JSON.parse(line) as JWK))
}

function describe(found: Verification): string[] {
  const { problem, prunedThrough, seq, signedThrough, waiting, stepsBack } = found
  const first = prunedThrough + 1
  if (problem !== null) {
    return [`✗ seq ${problem.seq}: ${problemKinds[problem.kind]} (${problem.kind})`]
  }
  const links = seq < first ? 'nothing is sealed yet' : `seq ${first} to ${seq} verified`
  return [
    `✓ ${links}`,
    ...(prunedThrough > 0 ? [`  up to ${prunedThrough} pruned, with a signed tombstone`] : []),
    ...(signedThrough < seq ? [`  from ${signedThrough + 1} on not signed yet`] : []),
    ...(waiting > 0 ? [`  ${waiting} not sealed yet`] : []),
    ...(stepsBack > 0 ? [`  times step back ${stepsBack} times: a clock was turned back`] : []),
  ]
}
