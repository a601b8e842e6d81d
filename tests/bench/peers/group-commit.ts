import type { Database } from 'better-sqlite3'

export type GroupCommit = (write: () => void) => Promise<void>

/** Writes that are ready in the same turn of the event loop share one synced commit. */
export function groupCommit(database: Database): GroupCommit {
  let waiting: { write: () => void; resolve: () => void; reject: (error: unknown) => void }[] = []
  const flush = (): void => {
    const group = waiting
    waiting = []
    try {
      // no savepoint per write: nothing here has a condition to lose
      commit.immediate(group.map(({ write }) => write))
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
  const commit = database.transaction((writes: (() => void)[]) => {
    for (const write of writes) write()
  })
  return (write) => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    if (waiting.length === 0) setImmediate(flush)
    waiting.push({ write, resolve: () => resolve(undefined), reject })
    return promise
  }
}
