import { createHash, randomBytes } from 'node:crypto'
import type { AuditEvent } from 'understudy'
import type { Booted } from './boot.ts'
import { unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import { CookieJar } from './cookie-jar.ts'

export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  // Bodies are compared whole; what they hold is what a test is about.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

const PASSWORD = 'understudy-demo'
const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

/** Who acts in the tests: services, administrators, apps; and every secret they were given. */
export interface Cast {
  /** Tokens and secrets that must turn up nowhere but in answers to whom they belong. */
  readonly secrets: Set<string>
  request(method: string, path: string, init?: RequestInput): Promise<JsonAnswer>
  /** A form post to the token endpoint and its companions. */
  form(
    path: string,
    fields: Record<string, string>,
    client?: string,
    headers?: Record<string, string>,
  ): Promise<JsonAnswer>
  /** A client-credentials token of `acme-backend` with `root`, or of others. */
  serviceToken(clientId?: string, scope?: string): Promise<string>
  /** Signs in through the pages, as a browser does. */
  signIn(email: string, options?: SignIn): Promise<SignedIn>
  /** POST …/impersonation/…; by default root as Jane in Acme Portal. */
  start(input?: Partial<StartInput>): Promise<JsonAnswer>
  refresh(refreshToken: string, fields?: Record<string, string>): Promise<JsonAnswer>
  introspect(token: string): Promise<JsonAnswer>
  userinfo(accessToken: string): Promise<JsonAnswer>
  /** The audit trail, oldest first. */
  audit(filter?: Partial<AuditEvent>): Promise<AuditEvent[]>
}

interface RequestInput {
  readonly token?: string
  readonly json?: unknown
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Record<string, string>
}

interface SignIn {
  readonly clientId?: string
  readonly redirectUri?: string
  readonly scope?: string
  readonly params?: Record<string, string>
  readonly jar?: CookieJar
}

export interface SignedIn {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly idToken: string
  readonly jar: CookieJar
}

export interface StartInput {
  readonly service: string
  readonly actor: string
  readonly user: string
  readonly app: string
  readonly body: Record<string, unknown>
}

export function castOf(booted: Booted): Cast {
  const secrets = new Set<string>([PASSWORD, TOTP_SECRET])
  let service: string | undefined
  let actor: string | undefined

  const request: Cast['request'] = async (method, path, init = {}) => {
    const headers: Record<string, string> = { ...init.headers }
    if (init.token !== undefined) headers['authorization'] = `Bearer ${init.token}`
    if (init.json !== undefined) headers['content-type'] ??= 'application/json'
    const body = init.json === undefined ? init.body : JSON.stringify(init.json)
    const answer = await fetch(booted.issuer + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    })
    const text = await answer.text()
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '')
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text
    remember(secrets, parsed)
    return { status: answer.status, headers: answer.headers, body: parsed }
  }

  const form: Cast['form'] = (path, fields, client, headers = {}) =>
    request('POST', path, {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(client !== undefined && { authorization: basic(client) }),
        ...headers,
      },
    })

  const serviceToken: Cast['serviceToken'] = async (clientId = 'acme-backend', scope = 'root') => {
    const fields = { grant_type: 'client_credentials', scope }
    return (await form('/token', fields, clientId)).body.access_token as string
  }

  const signIn: Cast['signIn'] = (email, options = {}) => signInAs(booted, form, email, options)

  const start: Cast['start'] = async (input = {}) => {
    service ??= await serviceToken()
    if (input.actor === undefined) actor ??= (await signIn('root@acme.test')).accessToken
    const token = input.actor ?? actor
    const path = `/api/v1/users/${input.user ?? 'usr_jane'}/impersonation/${input.app ?? 'acme-portal'}`
    const json = { impersonatorToken: token, ...input.body }
    return request('POST', path, { token: input.service ?? service, json })
  }

  return {
    secrets,
    request,
    form,
    serviceToken,
    signIn,
    start,
    refresh: (refreshToken, fields = {}) =>
      form('/token', {
        grant_type: 'refresh_token',
        client_id: 'acme-portal',
        refresh_token: refreshToken,
        ...fields,
      }),
    introspect: (token) => form('/token/introspection', { token }, 'acme-backend'),
    userinfo: (accessToken) => request('GET', '/me', { token: accessToken }),
    audit: (filter = {}) => readAudit(booted, filter),
  }
}

const basic = (client: string): string =>
  `Basic ${Buffer.from(`${client}:${client}-secret`).toString('base64')}`

function remember(secrets: Set<string>, body: unknown): void {
  if (typeof body !== 'object' || body === null) return
  for (const name of ['access_token', 'refresh_token', 'id_token']) {
    const value: unknown = (body as Record<string, unknown>)[name]
    if (typeof value === 'string') secrets.add(value)
  }
}

async function readAudit(booted: Booted, filter: Partial<AuditEvent>): Promise<AuditEvent[]> {
  const { audit } = booted.parts.storage
  await audit.flush()
  const events: AuditEvent[] = []
  for await (const event of audit.stream({})) events.push(event)
  const wanted = Object.entries(filter)
  return events
    .filter((event) => wanted.every(([name, value]) => event[name as keyof AuditEvent] === value))
    .toReversed()
}

/** The whole way: authorization request, password, code, consent, callback, token request. */
async function signInAs(
  booted: Booted,
  form: Cast['form'],
  email: string,
  options: SignIn,
): Promise<SignedIn> {
  const {
    clientId = 'admin-panel',
    scope = 'openid profile email',
    jar = new CookieJar(),
  } = options
  const redirectUri = options.redirectUri ?? 'http://localhost:4001/auth/callback'
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...options.params,
  })
  let at = await jar.follow(`${booted.issuer}/auth?${query.toString()}`)
  while (at.page !== null) {
    const action = /<form[^>]*action="([^"]*)"/.exec(at.page)?.[1]
    const csrf = /name="csrf"[^>]*value="([^"]*)"/.exec(at.page)?.[1]
    if (action === undefined || csrf === undefined) throw new Error(`no form in: ${at.page}`)
    const fields = await answersFor(booted, at.page, email)
    at = await jar.follow(booted.issuer + action, new URLSearchParams({ csrf, ...fields }))
  }
  const callback = new URL(at.url)
  const code = callback.searchParams.get('code')
  if (code === null) throw new Error(`sign-in ended at ${at.url}`)
  const isPublic = clientId === 'acme-portal' || clientId === 'acme-billing'
  const { body } = await form(
    '/token',
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...(isPublic && { client_id: clientId }),
    },
    isPublic ? undefined : clientId,
  )
  return {
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
    idToken: body.id_token,
    jar,
  }
}

async function answersFor(
  booted: Booted,
  page: string,
  email: string,
): Promise<Record<string, string>> {
  if (page.includes('name="password"')) return { email, password: PASSWORD }
  if (page.includes('name="decision"')) return { decision: 'accept' }
  // A code is accepted once, and tests sign in more often than twice a minute.
  const { storage, box, clock } = booted.parts
  const found = await storage.accounts.findCredentials(email)
  const sub = found?.account.sub ?? ''
  await storage.secondFactors.enrol(sub, box.seal(TOTP_SECRET), clock())
  return { code: unusedCode(TOTP_SECRET, null, clock()) ?? '' }
}
