import { sql } from 'kysely'
import type { Clock } from '../ports/clock.ts'
import type { EndedFeed, EndedImpersonation } from '../ports/ended-feed.ts'
import type { Database } from './database.ts'
import type { ImpersonationRow } from './schema.ts'
import type { Intent } from './statement.ts'
import { prepare } from './statement.ts'

const CHANNEL = 'understudy_ended'
/** Another process may have noticed an end a while before its transaction could be committed. */
const OVERLAP_MS = 5000
/** How long an end on another node may stay unheard where the database does not tell of it. */
const POLL_MS = 1000

export interface LocalEndedFeed extends EndedFeed {
  /** What an end appends to its transaction, so that other nodes hear of it. */
  readonly announce: readonly Intent[]
  /** An end was committed by this process. */
  readonly noteEnd: () => void
}

type Listener = (ended: EndedImpersonation) => void

/** Reads what has ended whenever this process, another node or the clock says that something may have. */
export function createEndedFeed(database: Database, clock: Clock): LocalEndedFeed {
  const listeners = new Set<Listener>()
  const read = reader(database)
  let watch: Watch | undefined
  return {
    since: (noticedAt) => read(noticedAt - OVERLAP_MS),
    subscribe(listener) {
      listeners.add(listener)
      watch ??= startWatch(database, read, clock(), (ended) => {
        for (const each of listeners) each(ended)
      })
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        watch?.stop()
        watch = undefined
      }
    },
    announce: announcement(database),
    noteEnd: () => watch?.look(),
  }
}

interface Watch {
  readonly look: () => void
  readonly stop: () => void
}

function startWatch(
  database: Database,
  read: (from: number) => Promise<EndedImpersonation[]>,
  began: number,
  tell: Listener,
): Watch {
  const told = new Map<string, number>()
  let cursor = began
  let isFirst = true

  const readOn = async (): Promise<void> => {
    for (const ended of await read(cursor - OVERLAP_MS)) {
      cursor = Math.max(cursor, ended.noticedAt)
      // What was there before anybody listened is no news; what was committed late since then is.
      if (!told.has(ended.id) && !(isFirst && ended.noticedAt < began)) tell(ended)
      told.set(ended.id, ended.noticedAt)
    }
    isFirst = false
    for (const [id, at] of told) if (at < cursor - 2 * OVERLAP_MS) told.delete(id)
  }
  const look = oneAfterTheOther(readOn)
  const unlisten = database.listen(CHANNEL, look)
  const timer = setInterval(look, POLL_MS).unref()
  look()
  return {
    look,
    stop() {
      clearInterval(timer)
      unlisten()
    },
  }
}

/**
 * So that nothing is told twice; what fails is read again a moment later. Whoever ends thousands asks
 * thousands of times: a reading that has not begun will see it all.
 */
function oneAfterTheOther(readOn: () => Promise<void>): () => void {
  let reading = Promise.resolve()
  let isQueued = false
  return () => {
    if (isQueued) return
    isQueued = true
    reading = reading
      .then(() => {
        isQueued = false
        return readOn()
      })
      .catch(() => undefined)
  }
}

const announcement = ({ dialect, kysely }: Database): Intent[] =>
  dialect === 'postgres'
    ? [{ ...sql`select pg_notify(${CHANNEL}, '')`.compile(kysely), once: true }]
    : []

function reader(database: Database): (from: number) => Promise<EndedImpersonation[]> {
  const select = prepare<{ from: number }, ImpersonationRow>((slot) =>
    database.kysely
      .selectFrom('impersonation')
      .selectAll()
      .where('end_noticed_at', '>=', slot('from'))
      .orderBy('end_noticed_at')
      .orderBy('id'),
  )
  return async (from) => (await database.rows(select({ from }))).map(toEnded)
}

const toEnded = (row: ImpersonationRow): EndedImpersonation => ({
  id: row.id,
  endedAt: row.ended_at ?? 0,
  by: row.ended_by as EndedImpersonation['by'],
  noticedAt: row.end_noticed_at ?? 0,
})
