import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { Denied, Refused } from './denied.ts'

/** One call to the S2S API. */
export interface S2sCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below /api/v1. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly json?: object
  /** The administrator on whose behalf it is made. */
  readonly actorToken?: string
  /** Of the browser that wants it. */
  readonly origin: Origin
}

/** What the audit trail is to know of a browser. */
export interface Origin {
  readonly ip: string
  readonly userAgent: string
  /** Aborts when the browser has gone. */
  readonly gone: AbortSignal
}

export interface S2s {
  /** The body of a success. @throws Refused, Denied ISSUER_UNAVAILABLE, PANEL_REFUSED */
  call<Body>(call: S2sCall): Promise<Body>
  /** A body that comes bit by bit, and breaks off when the browser has gone. */
  stream(call: S2sCall): Promise<Streamed>
}

export interface Streamed {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
}

const TIMEOUT_MS = 5000
/** How long a stream may be silent. */
const SILENCE_MS = 30_000

/** @param token of the panel itself; asked for anew when the API no longer takes the last one. */
export function createS2s(issuer: string, token: (refused: string | null) => Promise<string>): S2s {
  const send = async (call: S2sCall, signal: AbortSignal): Promise<Response> => {
    const service = await token(null)
    const answer = await request(issuer, call, service, signal)
    if (answer.status !== 401) return answer
    await answer.body?.cancel()
    return request(issuer, call, await token(service), signal)
  }
  return {
    async call<Body>(call: S2sCall): Promise<Body> {
      return read<Body>(await send(call, AbortSignal.timeout(TIMEOUT_MS)))
    },
    async stream(call) {
      const { gone } = call.origin
      const silence = new AbortController()
      const late = setTimeout(() => {
        silence.abort()
      }, TIMEOUT_MS)
      try {
        const answer = await send(call, AbortSignal.any([gone, silence.signal]))
        if (!answer.ok) return await read<never>(answer)
        return toStreamed(answer)
      } finally {
        clearTimeout(late)
      }
    },
  }
}

async function request(
  issuer: string,
  call: S2sCall,
  service: string,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(`${issuer}/api/v1${call.path}`)
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const { actorToken, json, origin } = call
  const send = (): Promise<Response> =>
    fetch(url, {
      method: call.method,
      headers: {
        authorization: `Bearer ${service}`,
        accept: 'application/json',
        'user-agent': origin.userAgent,
        'x-forwarded-for': origin.ip,
        ...(actorToken !== undefined && { 'actor-token': actorToken }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      redirect: 'error',
      signal,
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
  try {
    return await send().catch((error: unknown) => {
      if (call.method === 'GET' && isClosed(error)) return send()
      throw error
    })
  } catch (error) {
    throw new Denied('ISSUER_UNAVAILABLE', {}, { cause: error })
  }
}

/** A connection kept from before the issuer was started anew; what only reads may be asked twice. */
const isClosed = (error: unknown): boolean => {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown }
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET'
}

async function read<Body>(answer: Response): Promise<Body> {
  const body: unknown = await answer
    .text()
    .then((text) => (text === '' ? null : (JSON.parse(text) as unknown)))
    .catch((error: unknown) => {
      throw new Denied('ISSUER_UNAVAILABLE', {}, { cause: error })
    })
  if (answer.ok) return body as Body
  const code = (body as { code?: string } | null)?.code
  const cause = new Error(`it said ${answer.status} ${code ?? ''}`.trimEnd())
  // What is wrong with the panel's own token is not the administrator's to mend.
  if (answer.status === 401 || code === 'S2S_SCOPE')
    throw new Denied('PANEL_REFUSED', {}, { cause })
  if (!isError(body)) throw new Denied('ISSUER_UNAVAILABLE', {}, { cause })
  throw new Refused(answer.status, body, answer.headers.get('retry-after'))
}

const isError = (body: unknown): body is Refused['body'] => {
  const { code, request_id: id } = (body ?? {}) as Record<string, unknown>
  return typeof code === 'string' && typeof id === 'string'
}

const PASSED_ON = ['content-type', 'content-disposition']

function toStreamed(answer: Response): Streamed {
  const headers = PASSED_ON.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  const body =
    answer.body === null
      ? Readable.from([])
      : Readable.fromWeb(answer.body as ReadableStream<Uint8Array>)
  return { headers: Object.fromEntries(headers) as Record<string, string>, body: watch(body) }
}

/** A stream that falls silent is broken off: a reader must not wait for ever. */
function watch(body: Readable): Readable {
  const timer = setTimeout(() => {
    body.destroy(new Error('the issuer fell silent'))
  }, SILENCE_MS)
  body.on('data', () => timer.refresh())
  body.once('close', () => {
    clearTimeout(timer)
  })
  // Whoever pipes it on decides when it flows.
  return body.pause()
}
