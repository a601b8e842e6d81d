import { createHash, randomBytes } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed when it is JSON, text when it is not, `null` when there is none. */
  readonly body: unknown
}

const toAnswer = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('application/json') === true
  const body: unknown = isJson ? JSON.parse(text) : text || null
  return { status: response.status, headers: response.headers, body }
}

export const basic = (clientId: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${clientId}:${clientId}-secret`).toString('base64')}`,
})

export const bearer = (token: string): Record<string, string> => ({
  Authorization: `Bearer ${token}`,
})

/** `POST` of a form, the way RFC 6749, 7009 and 7662 want it. */
export const postForm = async (
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  toAnswer(await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers }))

export const get = async (url: string, headers: Record<string, string> = {}): Promise<Answer> =>
  toAnswer(await fetch(url, { headers }))

export async function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const json = { 'Content-Type': 'application/json' }
  const init = body === undefined ? { headers } : { headers: { ...headers, ...json } }
  const text = body === undefined ? null : JSON.stringify(body)
  return toAnswer(await fetch(url, { method: 'POST', body: text, ...init }))
}

export interface Grant {
  readonly access_token: string
  readonly id_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly scope: string
  readonly token_type: string
}

export interface OAuthClient {
  readonly id: string
  readonly redirectUri: string
  readonly confidential?: true
}

/** Gets an authorization code with PKCE, through every redirect, as a browser would. */
export async function authorize(
  issuer: string,
  client: OAuthClient,
  wish: Record<string, string>,
): Promise<{ code: string; verifier: string }> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...wish,
  })
  const code = await followTo(client.redirectUri, `${issuer}/auth?${query.toString()}`)
  return { code, verifier }
}

/** Signs somebody in by authorization code and PKCE. */
export async function signIn(
  issuer: string,
  client: OAuthClient,
  wish: Record<string, string>,
): Promise<Grant> {
  const { code, verifier } = await authorize(issuer, client, wish)
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
  }
  const answer = await (client.confidential
    ? postForm(`${issuer}/token`, form, basic(client.id))
    : postForm(`${issuer}/token`, { ...form, client_id: client.id }))
  if (answer.status !== 200) throw new Error(`no token: ${JSON.stringify(answer.body)}`)
  return answer.body as Grant
}

async function followTo(redirectUri: string, start: string): Promise<string> {
  const jar = new Map<string, string>()
  for (let url = start, hops = 0; hops < 10; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${response.status}: ${await response.text()}`)
    url = new URL(location, url).href
    if (!url.startsWith(redirectUri)) continue
    const code = new URL(url).searchParams.get('code')
    if (code === null) throw new Error(`no code: ${url}`)
    return code
  }
  throw new Error('redirected in circles')
}

/** The claims of a token the issuer has signed for an audience. */
export async function verified(
  issuer: string,
  jwt: string,
  audience: string,
): Promise<Record<string, unknown>> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  return (await jwtVerify(jwt, keys, { issuer, audience })).payload
}
