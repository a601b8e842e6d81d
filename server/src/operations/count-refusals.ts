import type { AuditAction, Happening, Origin } from '../impersonation/audit-event.ts'
import { networkOf } from '../impersonation/network-of.ts'
import type { Clock } from '../ports/clock.ts'
import type { Alike, Refusals } from '../ports/refusals.ts'

const WINDOW_MS = 60_000
/** Events a minute of refusals that are alike in everything but their target. */
const ALIKE = 120
/** Of all with one action and code: somebody with many addresses is not written down without end. */
const OF_ONE_KIND = 600
/** Beyond so many, those of one action and code are counted together. */
const MANY = 100

/** What anybody may cause as often as the network carries it. */
const COUNTED: ReadonlySet<AuditAction> = new Set([
  'impersonation.denied',
  'impersonation.checked',
  'privilege_violation',
  's2s.auth_failed',
  'rate_limit.exceeded',
])

interface Kind extends Alike {
  written: number
  left: number
}

/** In memory, since a write for each is what must not be; with several nodes each writes as many. */
export function countRefusals(clock: Clock): Refusals {
  let kinds = new Map<string, Kind>()
  let until = 0
  const kindOf = (key: string, happening: Happening, origin: Origin | null): Kind => {
    const known = kinds.get(key)
    if (known !== undefined) return known
    const fresh = { happening, origin, written: 0, left: 0 }
    kinds.set(key, fresh)
    return fresh
  }
  return {
    admits(happening, origin) {
      if (happening.outcome !== 'denied' || !COUNTED.has(happening.action)) return true
      const whole = kindOf(JSON.stringify(subjectOf(happening)), inGeneral(happening), null)
      const key = JSON.stringify(keyOf(happening, origin))
      const isOneTooMany = kinds.size >= MANY && !kinds.has(key)
      const alike = isOneTooMany ? whole : kindOf(key, inShort(happening), placeOf(origin))
      const isWritten = whole.written < OF_ONE_KIND && (isOneTooMany || alike.written < ALIKE)
      if (!isWritten) alike.left += 1
      else if (alike !== whole) alike.written += 1
      if (isWritten) whole.written += 1
      return isWritten
    },

    counted(soFar = false) {
      if (!soFar && clock() < until) return []
      const over = [...kinds.values()].filter(({ left }) => left > 0)
      kinds = new Map()
      until = clock() + WINDOW_MS
      return over.map(({ happening, origin, left }) => {
        const details = { ...happening.details, count: left }
        return { happening: { ...happening, details }, origin }
      })
    },
  }
}

const subjectOf = ({ action, code }: Happening): unknown[] => [action, code]

const keyOf = (happening: Happening, origin: Origin | null): unknown[] => [
  ...subjectOf(happening),
  happening.service,
  happening.actor,
  happening.details?.['limit'],
  origin?.ip == null ? null : networkOf(origin.ip),
]

const inGeneral = ({ action, outcome, code = null }: Happening): Happening => ({
  action,
  outcome,
  code,
})

function inShort(happening: Happening): Happening {
  const { service = null, actor = null, details } = happening
  const limit = details?.['limit']
  const general = { ...inGeneral(happening), service, actor }
  return limit === undefined ? general : { ...general, details: { limit } }
}

/** The address alone: no single request stands for them all. */
const placeOf = (origin: Origin | null): Origin | null =>
  origin && { requestId: null, ip: origin.ip, userAgent: null }
