import { sql } from 'kysely'
import type { AuditSeal, Census } from '../ports/audit-seal.ts'
import type { Database } from './database.ts'

/** Counting everything, and removing what a tombstone covers: rare, and never in a request. */
export function createAuditRemoval(
  database: Database,
): Pick<AuditSeal, 'takeCensus' | 'dropCovered'> {
  const { kysely } = database
  // One statement sees one moment: events that come or are sealed meanwhile are in all or in none.
  const census = sql<Census>`select
    (select count(*) from audit_event) as events,
    (select count(*) from audit_seal) as sealed,
    (select count(*) from audit_unsealed u
      where exists (select 1 from audit_event e where e.id = u.event)) as waiting,
    (select count(*) from audit_unsealed u
      where not exists (select 1 from audit_event e where e.id = u.event)) as lost`.compile(kysely)
  return {
    async takeCensus() {
      const [row] = await database.rows<Census>(census)
      return row ?? { events: 0, sealed: 0, waiting: 0, lost: 0 }
    },
    async dropCovered(limit) {
      const covered = sql<{ seq: number }>`select seq from audit_seal
        where seq <= (select max(through) from audit_tombstone)
        order by seq limit ${limit}`.compile(kysely)
      const rows = await database.rows<{ seq: number }>(covered)
      const last = rows.at(-1)?.seq
      if (last !== undefined) await database.apply(removal(database, last))
      return rows.length
    },
  }
}

const removal = (
  { kysely }: Database,
  last: number,
): { sql: string; parameters: readonly unknown[] }[] => {
  const events = sql`(select event from audit_seal where seq <= ${last})`
  return [
    sql`delete from audit_person where event in ${events}`,
    sql`delete from audit_event where id in ${events}`,
    sql`delete from audit_seal where seq <= ${last}`,
    sql`delete from audit_checkpoint where seq <= ${last}
      and seq < (select max(through) from audit_tombstone)`,
  ].map((statement) => statement.compile(kysely))
}
