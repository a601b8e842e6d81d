import type { Ending } from '../impersonation/ending.ts'
import type { Database } from './database.ts'
import type { Intent } from './statement.ts'

const RETRY_MS = 1000
/** By then the longest impersonation is over by itself. */
const RETRIES = 3600

interface UnwrittenEnd {
  readonly ending: Ending
  readonly intents: readonly Intent[]
}

/**
 * Ends that a full or broken disk has refused. Whoever asked for one was told that it failed, and
 * what it was to kill is dead here all the same, until it can be written.
 */
export interface UnwrittenEnds {
  get(id: string): UnwrittenEnd | undefined
  /** The intent that ends it, which is kept when it cannot be written. */
  keeping(id: string, ending: Ending, intent: Intent): Intent
}

export function createUnwrittenEnds(database: Pick<Database, 'apply'>): UnwrittenEnds {
  const ends = new Map<string, UnwrittenEnd>()
  const write = async ({ intents }: UnwrittenEnd): Promise<boolean> => {
    try {
      await database.apply(intents)
    } catch {
      return false
    }
    for (const { onApplied } of intents) onApplied?.()
    return true
  }
  const retry = (id: string, end: UnwrittenEnd, attempt: number): void => {
    setTimeout(() => {
      if (ends.get(id) !== end) return
      void write(end).then((written) => {
        if (!written && attempt < RETRIES) retry(id, end, attempt + 1)
        else ends.delete(id)
        return written
      })
    }, RETRY_MS).unref()
  }
  return {
    get: (id) => ends.get(id),
    keeping(id, ending, intent) {
      const onApplied = (): void => {
        ends.delete(id)
        intent.onApplied?.()
      }
      const whole = { ...intent, onApplied }
      const onUnwritten = (): void => {
        // The first end is the one that counts.
        if (ends.has(id)) return
        const end = { ending, intents: [whole] }
        ends.set(id, end)
        retry(id, end, 1)
      }
      return { ...whole, onUnwritten }
    },
  }
}
