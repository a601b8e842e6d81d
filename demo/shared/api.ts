import type { Impersonation } from '@understudy/sdk'
import type { OwnSession } from './own-session.ts'

/** Acme's API, as whoever this tab acts for. */
export interface Api {
  get<T>(path: string): Promise<T>
  send<T>(method: 'POST' | 'PATCH', path: string, body?: object): Promise<T>
}

/** Why the API did not do it; the message is for the person in front of it. */
class ApiError extends Error {
  override readonly name = 'ApiError'
}

const WORDS: Readonly<Record<string, string>> = {
  IMPERSONATION_READ_ONLY: 'Nothing was changed: you are impersonating this customer, read-only.',
  IMPERSONATION_FORBIDDEN: 'Nobody can do this while impersonating a customer.',
  IMPERSONATION_ENDED: 'The impersonation has ended.',
  BANNER_HIDDEN: 'The impersonation banner is hidden. Nothing is sent without it.',
  NOT_SIGNED_IN: 'You are signed out. Sign in again.',
  CONFLICT: 'It is too late for that.',
  BODY_INVALID: 'Please check what you have entered.',
}

const errorFor = (code: unknown): ApiError =>
  new ApiError(WORDS[String(code)] ?? 'That did not work. Try again in a moment.')

/** `token` and `fetch` of the SDK make one client of two sign-ins: the customer's and the agent's. */
export function createApi(impersonation: Impersonation, own: OwnSession, resource: string): Api {
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const token = await impersonation.token(() => own.token())
    if (token === null) {
      await own.forget()
      throw errorFor('NOT_SIGNED_IN')
    }
    const answer = await impersonation.fetch(resource + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const result: unknown = answer.status === 204 ? null : await answer.json()
    if (answer.ok) return result as T
    if (answer.status === 401) await own.forget()
    throw errorFor((result as { code?: unknown }).code)
  }
  const explained = async <T>(method: string, path: string, body?: object): Promise<T> => {
    try {
      return await ask<T>(method, path, body)
    } catch (error) {
      throw error instanceof ApiError ? error : errorFor((error as { code?: unknown }).code)
    }
  }
  return {
    get: (path) => explained('GET', path),
    send: (method, path, body) => explained(method, path, body),
  }
}
