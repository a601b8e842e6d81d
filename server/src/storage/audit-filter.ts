import type { Expression, SqlBool } from 'kysely'
import { expressionBuilder, sql } from 'kysely'
import type { AuditAction } from '../impersonation/audit-event.ts'
import type { AuditFilter } from '../ports/audit-trail.ts'
import type { Database } from './database.ts'
import { idBound } from './ids.ts'
import type { Schema } from './schema.ts'

/** From what narrows most to what narrows least; the first that is asked for leads. */
const COLUMNS = [
  'impersonation',
  'subject',
  'actor',
  'organization',
  'app',
  'outcome',
  'action',
] as const

type Column = (typeof COLUMNS)[number]

/** These have an index together with the action, unless that is what most events are. */
const WITH_ACTION: ReadonlySet<Column> = new Set(['actor', 'app', 'outcome'])
const MOST: AuditAction = 'impersonation.refreshed'

/**
 * What a filter asks of an event. SQLite knows nothing of how often a value occurs: there a plus
 * keeps it from any index but that of the column that leads. Ids sort by time, so a range of time is
 * a range of ids, which every index ends with.
 */
export function matching(
  { dialect }: Pick<Database, 'dialect'>,
  filter: AuditFilter,
): Expression<SqlBool> {
  const row = expressionBuilder<Schema, 'audit_event'>()
  const id = row.ref('audit_event.id')
  const { from, to, outcome, action } = filter
  const isRare = outcome !== undefined && outcome !== 'success'
  const isNarrow = action !== undefined && (action !== MOST || isRare)
  const leader = COLUMNS.find(
    (column) => filter[column] !== undefined && (column !== 'outcome' || isRare),
  )
  const leads = (column: Column): boolean =>
    dialect !== 'sqlite' ||
    column === leader ||
    (column === 'action' && isNarrow && leader !== undefined && WITH_ACTION.has(leader))
  const asked = COLUMNS.filter((column) => filter[column] !== undefined)
  return row.and([
    ...(from === undefined ? [] : [row(id, '>=', idBound('aud', from))]),
    ...(to === undefined ? [] : [row(id, '<', idBound('aud', to))]),
    // What indexes are limited to, word for word.
    ...(isRare ? [sql<boolean>`audit_event.outcome <> 'success'`] : []),
    ...(action !== undefined && action !== MOST
      ? [sql<boolean>`audit_event.action <> ${sql.lit(MOST)}`]
      : []),
    ...asked.map(
      (column) =>
        sql<boolean>`${sql.raw(leads(column) ? '' : '+')}${row.ref(`audit_event.${column}`)} = ${filter[column]}`,
    ),
  ])
}
