import { setTimeout as delay } from 'node:timers/promises'

/** The client keeps connections of a server that is gone, and finds out by using them. */
export async function untilAnswered({ issuer }: { readonly issuer: string }): Promise<void> {
  for (let alive = 0; alive < 3;) {
    const answered = await fetch(`${issuer}/healthz`).then(
      (answer) => answer.text(),
      () => null,
    )
    alive = answered === null ? 0 : alive + 1
    if (answered === null) await delay(20)
  }
}
