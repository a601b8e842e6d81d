import type { AuditEvent, Happening, Origin } from '../../index.ts'
import { newId, stamp } from '../../index.ts'
import type { Chance } from './chance.ts'
import type { Person } from './people.ts'
import { isStaff, people } from './people.ts'

export const SECOND = 1000
export const MINUTE: number = 60 * SECOND
export const DAY: number = 24 * 60 * MINUTE

/** How far back the audit trail of the demo goes. */
export const DAYS_TOLD = 14

/** Something that happened before the demo was made. */
export interface PastEvent {
  /** Epoch milliseconds. */
  readonly at: number
  readonly happening: Happening
  readonly origin: Origin | null
}

/** The past as it is being made up. */
export interface Story {
  /** When the demo is made; everything told is before it. */
  readonly now: number
  readonly chance: Chance
  readonly events: PastEvent[]
  /** What would be in the future, or older than the trail, is not told. */
  tell(at: number, happening: Happening, origin: Origin | null): void
  /** A time within the trail, mostly in working hours. */
  moment(): number
  /** Where somebody sits: always the same address and browser. */
  at(person: Person): Origin
  /** The admin panel's server, on whose token staff look things up. */
  atPanel(): Origin
}

export function createStory(now: number, chance: Chance): Story {
  const events: PastEvent[] = []
  const from = (ip: string, userAgent: string): Origin => ({
    requestId: requestId(chance),
    ip,
    userAgent,
  })
  return {
    now,
    chance,
    events,
    tell(at, happening, origin) {
      const told = Math.floor(at)
      if (told < now && told > now - DAYS_TOLD * DAY) events.push({ at: told, happening, origin })
    },
    moment: () => momentBefore(now, chance),
    at: (person) => from(addressOf(person), browserOf(person)),
    atPanel: () => from('127.0.0.1', 'node'),
  }
}

function momentBefore(now: number, chance: Chance): number {
  for (;;) {
    const at = now - MINUTE - chance.next() * (DAYS_TOLD * DAY - 10 * MINUTE)
    const hour = new Date(at).getUTCHours()
    if ((hour >= 6 && hour < 18) || chance.next() < 0.1) return at
  }
}

/** Begins as those of the server do; drawn by chance, so that the story is the same every time. */
const requestId = (chance: Chance): string =>
  `req_${Buffer.from(Array.from({ length: 12 }, () => chance.between(0, 255))).toString('base64url')}`

/** Addresses that belong to nobody (RFC 5737). */
const addressOf = (person: Person): string =>
  `${isStaff(person) ? '198.51.100' : '203.0.113'}.${10 + people.indexOf(person)}`

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.3 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.3 Mobile/15E148 Safari/604.1',
] as const

const browserOf = (person: Person): string =>
  BROWSERS[people.indexOf(person) % BROWSERS.length] ?? BROWSERS[0]

/** A happening of the past as the line of the audit trail it would have become. */
export const toAuditEvent = ({ at, happening, origin }: PastEvent): AuditEvent =>
  stamp({ clock: () => at, newId }, happening, origin)
