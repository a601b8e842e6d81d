import { createLru } from './lru.ts'
import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'

/** Longer than any token of an impersonation lives. */
const REMEMBERED_MS = 3_600_000
const MOST_ENDED = 100_000
const MOST_ALIVE = 10_000

/** What is known of impersonations: which have ended, and which live as far as anybody can know. */
export interface Liveness {
  hasEnded(id: string): boolean
  /** Somebody who must know said so. */
  noteEnd(id: string): void
  /** From now on nothing is taken for alive but what was asked for again. */
  doubt(): void
  /** Whether it is known to be alive, without asking. */
  isKnown(id: string): boolean
  /** @throws Refusal IMPERSONATION_ENDED, S2S_TOKEN_INVALID, UNAVAILABLE */
  ask(id: string): Promise<void>
}

interface Asked {
  readonly at: number
  /** The stretch of the feed it was asked in; 0 for none. */
  readonly stretch: number
  readonly answer: Promise<void>
  isAlive: boolean
}

/**
 * @param stretch numbers the time in which the feed has told of every end; 0 while it does not. An
 * answer from within it holds until the feed says otherwise.
 */
export function createLiveness(
  { clock, isFresh }: Settings,
  stretch: () => number,
  isActive: (id: string) => Promise<boolean | null>,
): Liveness {
  const ended = new Map<string, number>()
  const known = createLru<Asked>(MOST_ALIVE)

  const noteEnd = (id: string): void => {
    const now = clock()
    known.delete(id)
    ended.delete(id)
    ended.set(id, now)
    // In the order of time: whatever comes after the first young one is young as well.
    for (const [oldest, at] of ended) {
      if (ended.size <= MOST_ENDED && now - at < REMEMBERED_MS) break
      ended.delete(oldest)
    }
  }

  const read = async (id: string): Promise<void> => {
    const isAlive = await isActive(id)
    if (isAlive === false) noteEnd(id)
    // The feed may have been faster than the answer.
    if (ended.has(id)) throw new Refusal('IMPERSONATION_ENDED')
    if (isAlive === null) throw new Refusal('S2S_TOKEN_INVALID')
  }

  const settle = async (id: string, asked: Asked): Promise<void> => {
    try {
      await asked.answer
      asked.isAlive = true
    } catch {
      if (known.get(id) === asked) known.delete(id)
    }
  }

  const holds = (asked: Asked): boolean =>
    (asked.stretch !== 0 && asked.stretch === stretch()) || isFresh(asked.at)

  return {
    hasEnded: (id) => ended.has(id),
    noteEnd,
    doubt() {
      known.clear()
    },
    isKnown(id) {
      const asked = known.get(id)
      return asked !== undefined && asked.isAlive && holds(asked)
    },
    ask(id) {
      const last = known.get(id)
      if (last !== undefined && holds(last)) return last.answer
      const asked = { at: clock(), stretch: stretch(), answer: read(id), isAlive: false }
      known.set(id, asked)
      void settle(id, asked)
      return asked.answer
    },
  }
}
