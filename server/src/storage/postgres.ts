import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { listen } from './postgres-listener.ts'
import { ConditionLost, StorageUnavailable } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import type { Intent, Query, Statement } from './statement.ts'

/** int8 arrives as text; times in milliseconds and counters fit a JavaScript number. */
const INT8: number = pg.types.builtins.INT8
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format),
}

export function openPostgres(url: string, connections = 10): Database {
  const place = { connectionString: url, types, connectionTimeoutMillis: 5000 }
  const pool = openPool({
    ...place,
    max: connections,
    // In this order: the database gives up, and cleans up, before we would.
    lock_timeout: 3000,
    statement_timeout: 8000,
    query_timeout: 10_000,
  })
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })

  return {
    dialect: 'postgres',
    kysely,
    patiently: (work) => patiently(place, work),
    async rows<Row>(query: Query<Row>) {
      // No text of PostgreSQL holds a NUL: asking would be an error, and anybody could raise the alarm.
      if (query.parameters.some((value) => typeof value === 'string' && value.includes('\0')))
        return []
      try {
        return (await pool.query(named(query))).rows as Row[]
      } catch (cause) {
        throw new StorageUnavailable('read failed', { cause })
      }
    },
    async apply<Row>(intents: readonly Intent[]) {
      const client = await pool.connect().catch((cause: unknown) => {
        throw new StorageUnavailable('no connection', { cause })
      })
      return applyOn<Row>(client, intents)
    },
    listen: (channel, onMessage) => listen(url, channel, onMessage),
    async close() {
      await kysely.destroy()
    },
  }
}

/** A connection that breaks while no query runs on it ends no process: the next query says so. */
function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config)
  // An idle connection is replaced by the pool.
  pool.on('error', () => undefined)
  // Also one that breaks between two statements of a transaction, or while the pool is closed.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

async function patiently<Result>(
  place: pg.PoolConfig,
  work: (kysely: Kysely<Schema>) => Promise<Result>,
): Promise<Result> {
  const dialect = new PostgresDialect({ pool: openPool({ ...place, max: 1 }) })
  const kysely = new Kysely<Schema>({ dialect })
  try {
    return await work(kysely)
  } finally {
    await kysely.destroy()
  }
}

async function applyOn<Row>(client: pg.PoolClient, intents: readonly Intent[]): Promise<Row[]> {
  try {
    await client.query('begin')
    const rows = await runIntents(client, intents)
    await client.query('commit')
    client.release()
    return rows as Row[]
  } catch (error) {
    const undone = await client.query('rollback').then(
      () => true,
      () => false,
    )
    // A connection that cannot even roll back must not go back into the pool.
    client.release(!undone)
    throw error instanceof ConditionLost
      ? error
      : new StorageUnavailable('write failed', { cause: error })
  }
}

async function runIntents(
  client: pg.PoolClient,
  intents: readonly Intent[],
  applied: Set<string> = new Set(),
): Promise<unknown[]> {
  let rows: unknown[] = []
  for (const intent of intents) {
    if (intent.once === true && applied.has(intent.sql)) continue
    applied.add(intent.sql)
    const result = await client.query(named(intent)).catch((error: unknown) => {
      throw intent.onConflict !== undefined && isUniqueViolation(error)
        ? intent.onConflict()
        : error
    })
    rows = result.rows
    const affected = result.rowCount ?? 0
    if (affected === 0 && intent.onMiss !== undefined) throw intent.onMiss()
    if (affected > 0 && intent.followedBy !== undefined) {
      await runIntents(client, intent.followedBy, applied)
    }
  }
  return rows
}

const names = new Map<string, string>()

/** A named statement is parsed and planned once per connection. */
function named(statement: Statement): pg.QueryConfig {
  let name = names.get(statement.sql)
  if (name === undefined) {
    name = createHash('sha256').update(statement.sql).digest('base64url').slice(0, 24)
    if (names.size >= 1000) names.clear()
    names.set(statement.sql, name)
  }
  return { name, text: statement.sql, values: [...statement.parameters] }
}

const isUniqueViolation = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505'
