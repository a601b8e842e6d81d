import type { Outgoing } from './post.ts'
import { post } from './post.ts'
import type { Reach } from './reach.ts'
import { AddressRefused } from './reach.ts'

/** What became of an attempt. */
export type Outcome =
  | { readonly sent: true }
  /** `because` says whether the message or its receiver is to blame. */
  | { readonly sent: false; readonly because: 'message' | 'receiver'; readonly error: string }

/** Answers that would be the same to this message tomorrow, and say nothing about the next one. */
const ABOUT_THE_MESSAGE = new Set([400, 409, 413, 422])

/** Never throws. */
export async function attempt(url: string, outgoing: Outgoing, reach: Reach): Promise<Outcome> {
  try {
    const status = await post(url, outgoing, reach)
    if (status >= 200 && status < 300) return { sent: true }
    const because = ABOUT_THE_MESSAGE.has(status) ? 'message' : 'receiver'
    return { sent: false, because, error: `status ${status}` }
  } catch (error) {
    return { sent: false, because: 'receiver', error: nameOf(error) }
  }
}

/** A short word, which no receiver has written. */
function nameOf(error: unknown): string {
  if (error instanceof AddressRefused) return 'address refused'
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
