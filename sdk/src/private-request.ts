import { ImpersonationError } from './impersonation-error.ts'
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
  readonly requestId: string | null
  /** Whether the issuer may answer better later. */
  readonly isRetryable: boolean
}

/**
 * One request to the issuer, repeated once when the network failed.
 *
 * @throws ImpersonationError ISSUER_UNREACHABLE
 */
export async function request(url: string, init: RequestInit): Promise<Answer> {
  const send = (): Promise<Response> => {
    const signal = AbortSignal.timeout(15_000)
    return fetch(url, { ...init, ...PRIVATE, redirect: 'manual', signal })
  }
  try {
    const answer = await send().catch(async (error: unknown) => {
      // What timed out may have arrived, and a refresh token is good once.
      if (!(error instanceof TypeError)) throw error
      await pause(300 + Math.random() * 700)
      return send()
    })
    const { status, headers } = answer
    return {
      status,
      body: await objectIn(answer),
      requestId: headers.get('x-request-id'),
      isRetryable: status > 499 || status === 429,
    }
  } catch (cause) {
    throw new ImpersonationError('ISSUER_UNREACHABLE', cause, true)
  }
}

/** No answer of an issuer comes near that. */
const LONGEST = 65_536

async function objectIn(answer: Response): Promise<Answer['body']> {
  const text = await answer.text()
  try {
    return Object(JSON.parse(text.length > LONGEST ? '' : text)) as Answer['body']
  } catch {
    return {}
  }
}
