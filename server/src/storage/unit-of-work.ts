import { AsyncLocalStorage } from 'node:async_hooks'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { StorageUnavailable } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Intent } from './statement.ts'

/** The writes of one request, and what it must see of them before they are applied. */
class Unit {
  readonly intents: Intent[] = []
  readonly overlay: Map<string, unknown> = new Map()
}

/** How stores write: into the unit that runs around them, or at once when none does. */
export interface Writer extends UnitOfWork {
  /** `seen` says what later reads in the same unit must find under a key; `undefined` is "gone". */
  write(intents: readonly Intent[], seen?: ReadonlyMap<string, unknown>): Promise<void>
  /** What this unit has written under a key, if it has. */
  recall<Value>(key: string): { readonly value: Value | undefined } | undefined
}

export function createUnitOfWork(database: Pick<Database, 'apply'>): Writer {
  const current = new AsyncLocalStorage<Unit>()
  const apply = async (intents: readonly Intent[]): Promise<void> => {
    try {
      await database.apply(intents)
    } catch (error) {
      if (error instanceof StorageUnavailable)
        for (const { onUnwritten } of intents) onUnwritten?.()
      throw error
    }
    for (const { onApplied } of intents) onApplied?.()
  }

  return {
    async run(work, extent = () => 'everything') {
      const unit = new Unit()
      const result = await current.run(unit, work)
      const intents =
        extent() === 'everything' ? unit.intents : unit.intents.filter((intent) => intent.survives)
      if (intents.length > 0) await apply(intents)
      return result
    },

    async write(intents, seen) {
      const unit = current.getStore()
      if (unit === undefined) {
        await apply(intents)
        return
      }
      unit.intents.push(...intents)
      for (const [key, value] of seen ?? []) unit.overlay.set(key, value)
    },

    recall<Value>(key: string) {
      const overlay = current.getStore()?.overlay
      return overlay?.has(key) ? { value: overlay.get(key) as Value | undefined } : undefined
    },
  }
}
