import type { JWTPayload } from 'jose'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { Refusal } from './resource-refusal.ts'

export interface IssuerClientOptions {
  readonly issuer: string
  /** The audience that JWT access tokens must have (RFC 8707). */
  readonly resource: string
  readonly clientId: string
  readonly clientSecret: string
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** What a resource server asks the issuer. Throws `Refusal` UNAVAILABLE when it cannot be asked. */
export interface IssuerClient {
  /** The claims of a JWT access token (RFC 9068) for this resource; `null` when it is not one. */
  verify(jwt: string): Promise<JWTPayload | null>
  /** The claims of a live opaque access token (RFC 7662); `null` when it is not one. */
  introspect(token: string): Promise<JWTPayload | null>
  /** Whether an opaque token that is not active was that of an impersonation which has ended. */
  hasEnded(token: string): Promise<boolean>
  /** Whether an impersonation lives; the answer may be up to five seconds old. */
  isActive(impersonation: string): Promise<boolean>
}

const REMEMBERED_MS = 5000
const TIMEOUT_MS = 5000

export function createIssuerClient(options: IssuerClientOptions): IssuerClient {
  const { issuer, resource } = options
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`), { timeoutDuration: TIMEOUT_MS })
  const basic = `Basic ${btoa([options.clientId, options.clientSecret].map(encodeURIComponent).join(':'))}`
  const postForm = (path: string, form: Record<string, string>): Promise<Response> =>
    ask(`${issuer}${path}`, {
      method: 'POST',
      headers: { authorization: basic },
      body: new URLSearchParams(form),
    })

  return {
    async verify(jwt) {
      const expected = { issuer, audience: resource, typ: 'at+jwt', algorithms: ['ES256', 'RS256'] }
      try {
        return (await jwtVerify(jwt, keys, { ...expected, requiredClaims: ['sub', 'exp'] })).payload
      } catch (error) {
        if (saysTokenIsBad(error)) return null
        throw unavailable(error)
      }
    },

    async introspect(token) {
      const answer = await postForm('/token/introspection', {
        token,
        token_type_hint: 'access_token',
      })
      const claims = (await readJson(answer, 200)) as JWTPayload
      if (claims['active'] !== true) return null
      // A refresh token is active, too, but has no type (RFC 7662 §2.2) and opens nothing here.
      const isAccessToken = String(claims['token_type']).toLowerCase() === 'bearer'
      return isAccessToken && (claims.aud ?? resource) === resource ? claims : null
    },

    async hasEnded(token) {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await ask(`${issuer}/api/v1/impersonation`, { headers })
      if (answer.status !== 401) return false
      return ((await readJson(answer, 401)) as { code?: unknown }).code === 'IMPERSONATION_ENDED'
    },

    isActive: rememberActive(options, postForm),
  }
}

/** Keys that could not be fetched say nothing about a token. */
const saysTokenIsBad = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'].includes(error.code)

function rememberActive(
  { issuer, clock }: IssuerClientOptions,
  postForm: (path: string, form: Record<string, string>) => Promise<Response>,
): (impersonation: string) => Promise<boolean> {
  const answers = new Map<string, { readonly until: number; readonly active: Promise<boolean> }>()
  const serviceToken = rememberToken(clock, postForm)

  const read = async (impersonation: string): Promise<boolean> => {
    const url = `${issuer}/api/v1/impersonations/${encodeURIComponent(impersonation)}`
    const get = async (fresh: boolean): Promise<Response> =>
      ask(url, { headers: { authorization: `Bearer ${await serviceToken(fresh)}` } })
    let answer = await get(false)
    // The issuer may have been set up anew since it gave us the token.
    if (answer.status === 401) answer = await get(true)
    if (answer.status === 404) return false
    return ((await readJson(answer, 200)) as { status?: unknown }).status === 'active'
  }

  return (impersonation) => {
    const now = clock()
    for (const [id, { until }] of answers) if (until <= now) answers.delete(id)
    const known = answers.get(impersonation)
    if (known !== undefined) return known.active
    const active = read(impersonation)
    answers.set(impersonation, { until: now + REMEMBERED_MS, active })
    // Nothing is learned from a question that could not be asked.
    active.catch(() => answers.delete(impersonation))
    return active
  }
}

/** A client-credentials token (RFC 6749 §4.4), asked for again shortly before it expires. */
function rememberToken(
  clock: () => number,
  postForm: (path: string, form: Record<string, string>) => Promise<Response>,
): (fresh: boolean) => Promise<string> {
  let known: { readonly token: string; readonly until: number } | null = null
  return async (fresh) => {
    if (!fresh && known !== null && clock() < known.until) return known.token
    const form = { grant_type: 'client_credentials', scope: 'read_impersonation' }
    const granted = (await readJson(await postForm('/token', form), 200)) as {
      access_token: string
      expires_in: number
    }
    known = { token: granted.access_token, until: clock() + (granted.expires_in - 30) * 1000 }
    return known.token
  }
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    return await fetch(url, { redirect: 'manual', cache: 'no-store', ...init, signal })
  } catch (error) {
    throw unavailable(error)
  }
}

async function readJson(answer: Response, status: number): Promise<unknown> {
  try {
    if (answer.status === status) return await answer.json()
  } catch (error) {
    throw unavailable(error)
  }
  throw unavailable(new Error(`${answer.url} answered ${answer.status}`))
}

const unavailable = (cause: unknown): Refusal => new Refusal('UNAVAILABLE', null, { cause })
