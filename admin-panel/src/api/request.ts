import { Problem } from './problem.ts'

type Method = 'GET' | 'POST' | 'DELETE'

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
  return (await answer.json()) as Answer
}

/** The same, for what is saved to a file. */
export async function download(path: string): Promise<Blob> {
  const answer = await send('GET', path)
  if (!answer.ok) throw await problemOf(answer)
  return answer.blob()
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
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  try {
    return await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      credentials: 'same-origin',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new Problem(0, 'OFFLINE')
  }
}

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
