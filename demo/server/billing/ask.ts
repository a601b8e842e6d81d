const TIMEOUT_MS = 5000

/** What the API, or the issuer, said: a status, and the code of a refusal. */
export interface Said {
  readonly status: number
  readonly code: string | null
}

/** Asks as whoever sent the form. Nothing is kept of the token. */
export async function ask(
  method: string,
  url: string,
  token: string,
  body?: object,
): Promise<Said> {
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await answer.text()
    const said = (text === '' ? {} : JSON.parse(text)) as { code?: unknown }
    return { status: answer.status, code: typeof said.code === 'string' ? said.code : null }
  } catch {
    return { status: 503, code: 'UNAVAILABLE' }
  }
}
