import { genesis } from '../impersonation/audit-chain.ts'
import type { ChainHead } from '../impersonation/audit-chain.ts'
import type { AuditSeal, Link } from '../ports/audit-seal.ts'
import type { Clock } from '../ports/clock.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import { linkHash } from './audit-seal-hash.ts'
import { createAuditRemoval } from './audit-seal-removal.ts'
import type { LinkRow } from './audit-seal-statements.ts'
import { sealStatements } from './audit-seal-statements.ts'
import { createAuditVerifications } from './audit-seal-verification.ts'
import type { Database } from './database.ts'
import { fencedBy } from './lease.ts'
import type { AuditEventRow } from './schema.ts'

export function createAuditSeal(database: Database, clock: Clock): AuditSeal {
  const statements = sealStatements(database)
  const fence = fencedBy(database, clock)
  const head = async (): Promise<ChainHead> => {
    const [row] = await database.rows(statements.head({}))
    return row ?? genesis
  }
  return {
    head,
    async sealNext(lease, limit) {
      const from = await head()
      const events = await database.rows(statements.waiting({ limit }))
      if (events.length === 0) return { head: from, sealed: 0 }
      const links = chain(from, events)
      await database.apply([
        fence(lease),
        {
          ...statements.insert({ rows: JSON.stringify(links) }),
          // Somebody has sealed in the meantime: two links at one place would be a fork.
          onConflict: () => new ConditionLost('changed'),
        },
        statements.unqueue({ after: from.seq }),
      ])
      const { seq, hash } = links.at(-1) ?? from
      return { head: { seq, hash }, sealed: links.length }
    },
    async linksAfter(from, limit) {
      const rows = await database.rows(statements.links({ after: from.seq, limit }))
      return recompute(from.hash, rows)
    },
    async hashAt(seq) {
      const [row] = await database.rows(statements.hashAt({ seq }))
      return row?.hash
    },
    ...createAuditRemoval(database),
    ...createAuditVerifications(database),
  }
}

function chain(
  from: ChainHead,
  events: readonly AuditEventRow[],
): readonly (ChainHead & { readonly event: string })[] {
  let { seq, hash } = from
  return events.map((event) => {
    seq++
    hash = linkHash(hash, seq, event)
    return { seq, event: event.id, hash }
  })
}

function recompute(previous: string, rows: readonly LinkRow[]): Link[] {
  let before = previous
  return rows.map((row) => {
    const { seq, hash } = row
    const computed = isWhole(row) ? linkHash(before, seq, row) : null
    before = hash
    return { seq, hash, computed, at: row.at }
  })
}

const isWhole = (row: LinkRow): row is LinkRow & AuditEventRow => row.id !== null
