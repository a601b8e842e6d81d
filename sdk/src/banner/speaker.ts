import { make } from './make.ts'
import type { Messages } from './messages.ts'

/** Says aloud who is who at the start, then what is left at five minutes and at one, once each. */
export function speaker(
  words: Messages,
  start: string,
): { regions: readonly HTMLElement[]; say: (seconds: number) => void } {
  const status = make('p', { role: 'status' })
  const alert = make('p', { role: 'alert' })
  let said = 0
  return {
    regions: [status, alert],
    say(seconds) {
      const step = seconds > 300 ? 1 : seconds > 60 ? 2 : 3
      if (step <= said) return
      const left = words.minutesLeft(Math.round(seconds / 60))
      ;(step > 2 ? alert : status).textContent = said ? left : start + left
      said = step
    },
  }
}
