import { createLru } from './lru.ts'

const REMEMBERED = 10_000

/** What was asked for, by key: once at a time, and again when the answer does not hold any more. */
export interface Answers<Moment, Value> {
  /** `now` is what has to be known later of the moment in which it is asked. */
  get(key: string, now: Moment, ask: () => Promise<Value>): Promise<Value>
  delete(key: string): void
  clear(): void
}

/**
 * @param holds whether an answer of that moment may still be believed
 * @param isFinal whether a failure is an answer, too; else it is forgotten
 */
export function createAnswers<Moment, Value>(
  holds: (asked: Moment) => boolean,
  isFinal: (error: unknown, asked: Moment) => boolean = () => false,
): Answers<Moment, Value> {
  const known = createLru<{ readonly asked: Moment; readonly answer: Promise<Value> }>(REMEMBERED)
  return {
    ...known,
    get(key, now, ask) {
      const last = known.get(key)
      if (last !== undefined && holds(last.asked)) return last.answer
      const next = { asked: now, answer: ask() }
      known.set(key, next)
      next.answer.catch((error: unknown) => {
        if (!isFinal(error, now) && known.get(key) === next) known.delete(key)
      })
      return next.answer
    },
  }
}
