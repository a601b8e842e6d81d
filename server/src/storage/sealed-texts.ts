import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Writer } from './unit-of-work.ts'

/** What is kept encrypted, and what its rows are known by. */
const KEPT = [
  ['signing_key', 'sealed_jwk', 'kid'],
  ['audit_key', 'sealed_jwk', 'kid'],
  ['second_factor', 'sealed_secret', 'account'],
  ['webhook_endpoint', 'sealed_secret', 'id'],
] as const

const PAGE = 100

/** Everything that was encrypted by others; this room cannot read it. */
export interface SealedTexts {
  /**
   * Puts what `reseal` makes of each in its place, and leaves those that it makes nothing of.
   *
   * @returns how many were replaced.
   */
  replace(reseal: (sealed: string) => string | null): Promise<number>
}

interface Row {
  readonly key: string
  readonly sealed: string
}

export function createSealedTexts(database: Database, writer: Writer): SealedTexts {
  const { kysely } = database
  return {
    async replace(reseal) {
      let replaced = 0
      for (const [table, column, key] of KEPT) {
        const [from, sealed, id] = [sql.table(table), sql.ref(column), sql.ref(key)]
        let last = ''
        let rows: readonly Row[]
        do {
          const page = sql<Row>`select ${id} as "key", ${sealed} as sealed from ${from}
            where ${sealed} is not null and ${id} > ${last} order by ${id} limit ${sql.lit(PAGE)}`
          rows = await database.rows<Row>(page.compile(kysely))
          const fresh = rows.flatMap((row) => {
            const text = reseal(row.sealed)
            if (text === null) return []
            // What somebody has written meanwhile was sealed with the key in force.
            const update = sql`update ${from} set ${sealed} = ${text}
              where ${id} = ${row.key} and ${sealed} = ${row.sealed}`
            return [update.compile(kysely)]
          })
          if (fresh.length > 0) await writer.write(fresh)
          replaced += fresh.length
          last = rows.at(-1)?.key ?? last
        } while (rows.length === PAGE)
      }
      return replaced
    },
  }
}
