import { isInUse } from './in-use.ts'
import { Problem } from './problem.ts'

type Method = 'GET' | 'POST' | 'DELETE'

/** Longer than the panel's server waits for the issuer; only then is it the panel that does not answer. */
const PATIENCE_MS = 20_000

/** One call to the panel's own server; the session is in a cookie that no script sees. */
export async function request<Answer>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const answer = await send(method, path, body, signal)
  if (!answer.ok) throw await problemOf(answer)
  if (answer.status === 204) return undefined as Answer
  try {
    return (await answer.json()) as Answer
  } catch (error) {
    throw lost(error, signal)
  }
}

async function send(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const headers = {
    accept: 'application/json',
    ...(method !== 'GET' && { 'x-requested-by': 'admin-panel' }),
    // The session's idle time goes on while the page only refreshes itself.
    ...(method === 'GET' && !isInUse() && { 'x-background': '1' }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  try {
    return await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      credentials: 'same-origin',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([
        ...(signal === undefined ? [] : [signal]),
        // What changes something is waited for: to give up would leave open whether it was done.
        ...(method === 'GET' ? [AbortSignal.timeout(PATIENCE_MS)] : []),
      ]),
    })
  } catch (error) {
    throw lost(error, signal)
  }
}

/** Given up on purpose is nobody's problem. */
const lost = (error: unknown, signal: AbortSignal | undefined): unknown =>
  signal?.aborted === true ? error : new Problem(0, 'OFFLINE')

async function problemOf(answer: Response): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => null)
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const { code } = fields
  return new Problem(answer.status, typeof code === 'string' ? code : 'INTERNAL', {
    request_id: answer.headers.get('x-request-id'),
    ...fields,
  })
}

/** A path with what is set of the parameters. */
export function address(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string' && value !== '') query.set(name, value)
    if (typeof value === 'number') query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

/** A path from parts that may hold anything. */
export const path = (...parts: readonly string[]): string =>
  `/api/${parts.map(encodeURIComponent).join('/')}`
