import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** A maintenance database on the server of this run; its user may create databases. */
    readonly postgresUrl: string
  }
}

export interface FreshDatabase {
  readonly url: string
  /** Also disconnects whoever is still connected; a pool that is left open reports that as an error. */
  readonly drop: () => Promise<void>
}

async function administer(sql: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** An empty database of its own on the one PostgreSQL that all workers of a run share. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `understudy_${randomUUID().replaceAll('-', '')}`
  await administer(`CREATE DATABASE ${name}`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = name
  return {
    url: url.href,
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}
