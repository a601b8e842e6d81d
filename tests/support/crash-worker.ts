import { setTimeout as delay } from 'node:timers/promises'
import type { CrashStage } from './crash-stage.ts'
import type { JsonAnswer } from './cast.ts'

/** What one caller was told about an impersonation, in the order it was told. */
export interface Promised {
  readonly id: string
  /** The newest refresh token that was handed out. */
  token: string
  /** A refresh with it was sent, and no answer came. */
  unsure: boolean
  /** An end was asked for: `asked` until it was confirmed. */
  end: 'none' | 'asked' | 'confirmed'
}

/** A caller that starts, refreshes and ends until it is stopped, and keeps book of the answers. */
export interface CrashWorker {
  readonly book: readonly Promised[]
  /** Answers that nobody should get, whatever is killed. */
  readonly wrong: readonly string[]
  stop(): Promise<void>
}

export function startWorker(stage: CrashStage, actor: string, user: string): CrashWorker {
  const book: Promised[] = []
  const wrong: string[] = []
  const stopping = new AbortController()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const running = book.at(-1)
      if (running === undefined || running.end === 'confirmed') {
        await attemptStart(stage, { actor, user, book, wrong })
      } else await attemptNext(stage, running, wrong)
    }
  }
  const running = run()
  return {
    book,
    wrong,
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** `null` when no answer came; a moment later somebody may listen again. */
async function ask(request: () => Promise<JsonAnswer>): Promise<JsonAnswer | null> {
  const answer = await request().catch(() => null)
  if (answer === null || answer.status === 503) await delay(10)
  return answer?.status === 503 ? null : answer
}

async function attemptStart(
  stage: CrashStage,
  { actor, user, book, wrong }: { actor: string; user: string; book: Promised[]; wrong: string[] },
): Promise<void> {
  const path = `/api/v1/users/${user}/impersonation/acme-portal`
  const json = { impersonatorToken: actor }
  const answer = await ask(() => stage.cast.request('POST', path, { token: stage.service, json }))
  if (answer === null) return
  if (answer.status === 200) {
    const { impersonation_id: id, refresh_token: token } = answer.body
    book.push({ id, token, unsure: false, end: 'none' })
  } else if (answer.status === 409) {
    // A start whose answer was lost: whoever hears nothing finds it and ends it.
    const { id } = answer.body.impersonation
    if (book.some((known) => known.id === id)) wrong.push(`${id} was ended and still runs`)
    await ask(() =>
      stage.cast.request('DELETE', `/api/v1/impersonations/${id}`, { token: stage.service }),
    )
  } else wrong.push(`start: ${String(answer.status)}`)
}

async function attemptNext(stage: CrashStage, running: Promised, wrong: string[]): Promise<void> {
  if (running.end === 'asked' || running.unsure || Math.random() < 0.25) {
    running.end = 'asked'
    const path = `/api/v1/impersonations/${running.id}`
    const answer = await ask(() => stage.cast.request('DELETE', path, { token: stage.service }))
    if (answer?.status === 204) running.end = 'confirmed'
    else if (answer !== null) wrong.push(`end: ${String(answer.status)}`)
    return
  }
  running.unsure = true
  const answer = await ask(() => stage.cast.refresh(running.token))
  if (answer?.status === 200) {
    running.token = answer.body.refresh_token
    running.unsure = false
  } else if (answer !== null) {
    wrong.push(`refresh of ${running.id}: ${String(answer.status)}`)
    running.end = 'asked'
  }
}
