import type { ImpersonationError, ImpersonationErrorCode } from './impersonation-error.ts'
import type { Page } from './page.ts'
import { pause } from './pause.ts'

/** Nothing of the browser travels with these requests, and nothing of them stays in its cache. */
export const PRIVATE = {
  credentials: 'omit',
  referrerPolicy: 'no-referrer',
  cache: 'no-store',
} as const

export interface Answer {
  readonly status: number
  /** Empty unless it was a JSON object. */
  readonly body: Readonly<Record<string, unknown>>
  /** Whether it says that the impersonation has ended. */
  readonly isOver: boolean
  /** The error this answer makes. */
  readonly problem: (code: ImpersonationErrorCode) => ImpersonationError
}

/**
 * One request to the issuer, repeated once when the network failed.
 *
 * @throws ImpersonationError ISSUER_UNREACHABLE
 */
export async function request({ problem }: Page, url: string, init: RequestInit): Promise<Answer> {
  const send = (): Promise<Response> => {
    const signal = AbortSignal.timeout(15_000)
    return fetch(url, { ...init, ...PRIVATE, keepalive: true, redirect: 'manual', signal })
  }
  try {
    const answer = await send().catch(async (error: unknown) => {
      // What timed out may have arrived, and a refresh token is good once.
      if (!(error instanceof TypeError)) throw error
      await pause(300 + Math.random() * 700)
      return send()
    })
    const { status, headers } = answer
    const body = objectIn(await answer.text())
    const { code, error = code } = body
    return {
      status,
      body,
      isOver: code === 'IMPERSONATION_ENDED',
      problem: (about) =>
        // The issuer may answer better later.
        problem(about, error, status > 499 || status === 429, headers.get('x-request-id')),
    }
  } catch (cause) {
    throw problem('ISSUER_UNREACHABLE', cause, true)
  }
}

/** No answer of an issuer comes near that. */
const LONGEST = 65_536

function objectIn(text: string): Answer['body'] {
  try {
    return Object(JSON.parse(text.length > LONGEST ? '' : text)) as Answer['body']
  } catch {
    return {}
  }
}
