import { createAnswers } from './answers.ts'
import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'

/** Longer than any token of an impersonation lives. */
const REMEMBERED_MS = 3_600_000
const MOST_ENDED = 100_000

/** What is known of impersonations: which have ended, and which live as far as anybody can know. */
export interface Liveness {
  /** Somebody who must know said so. */
  noteEnd(id: string): void
  /** From now on nothing is taken for alive but what was asked for again. */
  doubt(): void
  /** @throws Refusal IMPERSONATION_ENDED when that is known, without asking */
  refuseEnded(id: string): void
  /**
   * Asks, unless it is known to be alive.
   *
   * @throws Refusal IMPERSONATION_ENDED, S2S_TOKEN_INVALID, UNAVAILABLE
   */
  ask(id: string): Promise<void>
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
  const alive = createAnswers<{ readonly at: number; readonly during: number }, void>(
    ({ at, during }) => (during !== 0 && during === stretch()) || isFresh(at),
  )

  const noteEnd = (id: string): void => {
    const now = clock()
    alive.delete(id)
    ended.delete(id)
    ended.set(id, now)
    // In the order of time: whatever comes after the first young one is young as well.
    for (const [oldest, at] of ended) {
      if (ended.size <= MOST_ENDED && now - at < REMEMBERED_MS) break
      ended.delete(oldest)
    }
  }

  const refuseEnded = (id: string): void => {
    if (ended.has(id)) throw new Refusal('IMPERSONATION_ENDED')
  }

  const read = async (id: string): Promise<void> => {
    const isAlive = await isActive(id)
    if (isAlive === false) noteEnd(id)
    // The feed may have been faster than the answer.
    refuseEnded(id)
    if (isAlive === null) throw new Refusal('S2S_TOKEN_INVALID')
  }

  return {
    noteEnd,
    doubt: () => alive.clear(),
    refuseEnded,
    ask: (id) => alive.get(id, { at: clock(), during: stretch() }, () => read(id)),
  }
}
