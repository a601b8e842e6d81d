import { setTimeout as delay } from 'node:timers/promises'

export interface Repeated {
  /** Resolves when the turn that runs is done. */
  stop(): Promise<void>
}

/**
 * Does something again and again, with a pause after each turn; a turn that fails is reported, and
 * the next one comes all the same.
 */
export function repeat(
  pauseMs: number,
  work: (turn: number, stopped: () => boolean) => Promise<void>,
  onFailure: (error: unknown) => void,
): Repeated {
  const stopping = new AbortController()
  const { signal } = stopping
  const run = async (): Promise<void> => {
    for (let turn = 1; !signal.aborted; turn++) {
      try {
        await work(turn, () => signal.aborted)
      } catch (error) {
        onFailure(error)
      }
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
