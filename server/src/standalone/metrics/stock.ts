import type { Storage } from '../../index.ts'
import type { Clock } from '../clock.ts'
import type { Stock } from './metrics.ts'

/** No count goes beyond this: it would take as long as reading all there is. */
const AT_MOST = 100_000

export const stockOf = (storage: Storage, clock: Clock): Stock => ({
  active: () => storage.impersonations.count({ status: 'active' }, clock(), AT_MOST),
  async outboxSeconds() {
    const oldest = await storage.oldestInOutbox()
    return oldest === null ? 0 : Math.max(0, (clock() - oldest) / 1000)
  },
})
