import type { Kysely } from 'kysely'
import type { Intent, Query } from './statement.ts'
import type { Schema } from './schema.ts'

/** What both databases can do for the stores. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres'
  /** Builds and compiles; on paths where speed does not matter it also reads, and nothing else. */
  readonly kysely: Kysely<Schema>
  /** For migrations: without the limits of requests, since an index of a long trail takes its time. */
  readonly patiently: <Result>(work: (kysely: Kysely<Schema>) => Promise<Result>) => Promise<Result>
  /** @throws StorageUnavailable */
  rows<Row>(query: Query<Row>): Promise<Row[]>
  /**
   * Applies all of it in one transaction, durably, or nothing.
   * @returns the rows of the last intent, when it returns rows.
   * @throws ConditionLost (whatever the intents name), StorageUnavailable
   */
  apply<Row = unknown>(intents: readonly Intent[]): Promise<Row[]>
  /**
   * Calls `onMessage` when any process has notified this channel, as soon as the database can tell;
   * never where it cannot (SQLite). Returns how to stop.
   */
  listen(channel: string, onMessage: () => void): () => void
  close(): Promise<void>
}
