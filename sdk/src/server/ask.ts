import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'

export type Json = Readonly<Record<string, unknown>>

/** What the issuer said; `body` is empty when it was no JSON object. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
  /** Instead of a body, when it is a stream of events. */
  readonly events: ReadableStream<Uint8Array<ArrayBuffer>> | null
}

/** What is asked, as of `fetch`. */
export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams
  /** When to give up; after the time that answers may take, unless given. */
  readonly signal?: AbortSignal
}

export type Ask = (path: string, question: Question) => Promise<Answer>

/** One request to the issuer. Throws Refusal UNAVAILABLE when there is no answer. */
export const createAsk =
  ({ base, timeoutSeconds }: Settings): Ask =>
  async (path, question) => {
    try {
      const signal = AbortSignal.timeout(timeoutSeconds * 1000)
      const answer = await fetch(base + path, { redirect: 'manual', signal, ...question })
      const { status, headers } = answer
      const isStream = /^text\/event-stream\b/i.test(headers.get('content-type') ?? '')
      if (status === 200 && isStream) return { status, headers, body: {}, events: answer.body }
      return { status, headers, body: objectIn(await answer.text()), events: null }
    } catch (cause) {
      throw new Refusal('UNAVAILABLE', { cause })
    }
  }

/** For an answer that is none. */
export const unexpected = ({ status }: Answer): Refusal =>
  new Refusal('UNAVAILABLE', { cause: new Error(`the issuer answered ${status}`) })

function objectIn(text: string): Json {
  try {
    return Object(JSON.parse(text)) as Json
  } catch {
    return {}
  }
}
