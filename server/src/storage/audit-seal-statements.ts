import { sql } from 'kysely'
import { EVENT_COLUMNS } from './audit-statements.ts'
import type { Database } from './database.ts'
import type { AuditEventRow, Schema } from './schema.ts'
import type { Query } from './statement.ts'
import { prepare } from './statement.ts'

type SealRow = Schema['audit_seal']
/** A left join: of an event that is gone every column is null. */
export type LinkRow = SealRow & { [Column in keyof AuditEventRow]: AuditEventRow[Column] | null }

interface SealStatements {
  readonly head: (args: object) => Query<Pick<SealRow, 'seq' | 'hash'>>
  readonly hashAt: (args: { seq: number }) => Query<Pick<SealRow, 'hash'>>
  readonly waiting: (args: { limit: number }) => Query<AuditEventRow>
  readonly links: (args: { after: number; limit: number }) => Query<LinkRow>
  /** `rows` is a JSON array of objects: one statement, however many there are. */
  readonly insert: (args: { rows: string }) => Query<unknown>
  readonly unqueue: (args: { after: number }) => Query<unknown>
}

export function sealStatements(database: Database): SealStatements {
  const { kysely } = database
  const columns = EVENT_COLUMNS.map((column) => `audit_event.${column}` as const)
  return {
    head: prepare(() =>
      kysely.selectFrom('audit_seal').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1),
    ),
    hashAt: prepare((slot) =>
      kysely.selectFrom('audit_seal').select('hash').where('seq', '=', slot('seq')),
    ),
    waiting: prepare((slot) =>
      kysely
        .selectFrom('audit_unsealed')
        .innerJoin('audit_event', 'audit_event.id', 'audit_unsealed.event')
        .selectAll('audit_event')
        .orderBy('audit_unsealed.event')
        .limit(slot('limit')),
    ),
    links: prepare((slot) =>
      kysely
        .selectFrom('audit_seal')
        .leftJoin('audit_event', 'audit_event.id', 'audit_seal.event')
        .selectAll('audit_seal')
        .select(columns)
        .where('audit_seal.seq', '>', slot('after'))
        .orderBy('audit_seal.seq')
        .limit(slot('limit')),
    ),
    insert: insertStatement(database),
    unqueue: prepare((slot) =>
      kysely
        .deleteFrom('audit_unsealed')
        .where('event', 'in', (from) =>
          from.selectFrom('audit_seal').select('event').where('seq', '>', slot('after')),
        ),
    ),
  }
}

const insertStatement = ({ kysely, dialect }: Database): SealStatements['insert'] =>
  prepare((slot) => {
    const rows = slot('rows')
    const unpacked =
      dialect === 'sqlite'
        ? sql`select value ->> 'seq', value ->> 'event', value ->> 'hash' from json_each(${rows})`
        : sql`select * from json_to_recordset(${rows}::json) as t (seq bigint, event text, hash text)`
    const insert = sql`insert into audit_seal (seq, event, hash) ${unpacked}`
    return { compile: () => insert.compile(kysely) }
  })
