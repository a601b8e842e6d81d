import { setTimeout as delay } from 'node:timers/promises'
import { ConditionLost, StorageUnavailable } from '../ports/unit-of-work.ts'
import type { LockWait } from './lock-wait.ts'
import { createLockWait } from './lock-wait.ts'
import type { StatementCache } from './statement-cache.ts'
import type { Intent } from './statement.ts'

interface Waiting {
  readonly intents: readonly Intent[]
  readonly resolve: (rows: unknown[]) => void
  readonly reject: (error: Error) => void
}

const BUSY_PAUSE_MS = 20
const GATHERING_TURNS = 4

interface GroupCommit {
  apply<Row>(intents: readonly Intent[]): Promise<Row[]>
  drain(): Promise<void>
}

/**
 * Units that are ready in the same few turns of the event loop share one transaction, and so one sync to
 * disk; each has a savepoint of its own, so that one that loses a condition takes nobody with it.
 * No transaction spans an `await`.
 *
 * @param undo rolls back what is open: a look at the database, or what failed, and so did its end.
 *   Throws when nothing must be written.
 */
export function createGroupCommit(prepared: StatementCache, undo: () => void): GroupCommit {
  let queue: Waiting[] = []
  let running: Promise<void> | null = null
  const lock = createLockWait()
  const attempt = (group: readonly Waiting[]): unknown => tryGroup(prepared, undo, group)

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      await gather(() => queue.length)
      const group = queue
      queue = []
      await commitGroup(attempt, lock, group)
    }
    running = null
  }

  return {
    apply: <Row>(intents: readonly Intent[]) =>
      new Promise<Row[]>((resolve, reject) => {
        queue.push({ intents, resolve: resolve as (rows: unknown[]) => void, reject })
        running ??= flush()
      }),
    async drain() {
      await running
    },
  }
}

/** While each turn of the event loop brings more units, the commit waits for them, but not for long. */
async function gather(waiting: () => number): Promise<void> {
  for (let turn = 0, before = 0; turn < GATHERING_TURNS && waiting() > before; turn++) {
    before = waiting()
    await new Promise(setImmediate)
  }
}

async function commitGroup(
  attempt: (group: readonly Waiting[]) => unknown,
  lock: LockWait,
  group: readonly Waiting[],
): Promise<void> {
  let failure = attempt(group)
  while (isBusy(failure) && lock.isWorthwhile()) {
    await delay(BUSY_PAUSE_MS)
    failure = attempt(group)
  }
  if (!isBusy(failure)) lock.noteFree()
  if (failure === null) return
  if (group.length > 1 && !isBusy(failure)) {
    // A full disk can undo the whole group for the sake of one unit: give each its own chance.
    for (const single of group) await commitGroup(attempt, lock, [single])
    return
  }
  for (const { reject } of group) reject(new StorageUnavailable('write failed', { cause: failure }))
}

/** @returns why the group as a whole could not be committed; `null` when it was. */
function tryGroup(prepared: StatementCache, undo: () => void, group: readonly Waiting[]): unknown {
  const settled: (() => void)[] = []
  try {
    undo()
    // IMMEDIATE: a deferred transaction that read before it writes fails at once in a second process.
    prepared('begin immediate').run()
    for (const waiting of group) settled.push(applyOne(prepared, waiting))
    prepared('commit').run()
  } catch (error) {
    tryToUndo(undo)
    return error
  }
  for (const settle of settled) settle()
  return null
}

/** What fails to be undone, say on a broken disk, is undone before anything else is read or written. */
function tryToUndo(undo: () => void): void {
  try {
    undo()
  } catch {
    // The group has failed already, for a reason that says more.
  }
}

/** Runs one unit inside its savepoint. Throws only what concerns the whole group. */
function applyOne(prepared: StatementCache, waiting: Waiting): () => void {
  prepared('savepoint unit').run()
  try {
    const rows = runIntents(prepared, waiting.intents)
    prepared('release unit').run()
    return () => {
      waiting.resolve(rows)
    }
  } catch (error) {
    if (concernsTheGroup(error)) throw error
    prepared('rollback to unit').run()
    prepared('release unit').run()
    const reason =
      error instanceof ConditionLost
        ? error
        : new StorageUnavailable('write failed', { cause: error })
    return () => {
      waiting.reject(reason)
    }
  }
}

function runIntents(prepared: StatementCache, intents: readonly Intent[]): unknown[] {
  let rows: unknown[] = []
  for (const intent of intents) {
    const { affected, returned } = runIntent(prepared, intent)
    rows = returned
    if (affected === 0 && intent.onMiss !== undefined) throw intent.onMiss()
    if (affected > 0 && intent.followedBy !== undefined) runIntents(prepared, intent.followedBy)
  }
  return rows
}

function runIntent(
  prepared: StatementCache,
  intent: Intent,
): { affected: number; returned: unknown[] } {
  const statement = prepared(intent.sql)
  try {
    if (!statement.reader) {
      return { affected: statement.run(...intent.parameters).changes, returned: [] }
    }
    const returned = statement.all(...intent.parameters)
    return { affected: returned.length, returned }
  } catch (error) {
    if (intent.onConflict !== undefined && isUniqueViolation(error)) throw intent.onConflict()
    throw error
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY')
const isUniqueViolation = (error: unknown): boolean =>
  ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(codeOf(error))
/** After these SQLite may have rolled the transaction back on its own. */
const concernsTheGroup = (error: unknown): boolean =>
  /^SQLITE_(FULL|IOERR|NOMEM|BUSY|INTERRUPT|CORRUPT|READONLY)/.test(codeOf(error))
