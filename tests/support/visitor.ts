import { createHash, randomBytes } from 'node:crypto'
import { unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import type { Booted } from './boot.ts'
import type { Cast, JsonAnswer } from './cast.ts'
import { CookieJar } from './cookie-jar.ts'

export const PASSWORD = 'understudy-demo'
const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

const CALLBACKS: Readonly<Record<string, string>> = {
  'admin-panel': 'http://localhost:4001/auth/callback',
  'acme-portal': 'http://localhost:4002/callback',
  'acme-billing': 'http://localhost:4003/callback',
}

/** What a browser ends up with after following redirects: a page, or an address outside. */
export interface Seen {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  /** Markup; empty outside of the issuer. */
  readonly text: string
}

type Fields = Readonly<Record<string, string>>

/** A browser without JavaScript, which stays within the issuer. */
export class Visitor {
  readonly jar: CookieJar = new CookieJar()
  readonly #issuer: string

  constructor(issuer: string) {
    this.#issuer = issuer
  }

  open(address: string, headers: Fields = {}): Promise<Seen> {
    return this.#follow(new URL(address, this.#issuer).href, undefined, headers)
  }

  /** Presses the button of the page's form; fields given replace those of the page. */
  submit(page: Seen, fields: Fields, headers: Fields = {}): Promise<Seen> {
    const { action, hidden } = formOf(page)
    const form = new URLSearchParams({ ...hidden, ...fields })
    return this.#follow(new URL(action, page.url).href, form, headers)
  }

  /** One request, whatever it answers. */
  async send(url: string, form?: URLSearchParams, headers: Fields = {}): Promise<Response> {
    const answer = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { accept: 'text/html', cookie: this.jar.header(), ...headers },
      redirect: 'manual',
      ...(form !== undefined && { body: form }),
    })
    this.jar.take(answer)
    return answer
  }

  async #follow(first: string, form: URLSearchParams | undefined, headers: Fields): Promise<Seen> {
    let url = first
    let answer = await this.send(url, form, headers)
    for (let hops = 0; hops < 10; hops++) {
      const { status, headers: answered } = answer
      const location = answered.get('location')
      if (location === null) return { url, status, headers: answered, text: await answer.text() }
      await answer.arrayBuffer()
      url = new URL(location, url).href
      if (!url.startsWith(`${this.#issuer}/`)) return { url, status, headers: answered, text: '' }
      answer = await this.send(url)
    }
    throw new Error(`too many redirects: ${url}`)
  }
}

/** Where the page's form goes, and what it sends along unseen. */
export function formOf({ text }: Seen): { readonly action: string; readonly hidden: Fields } {
  const action = /<form[^>]*action="([^"]*)"/.exec(text)?.[1]
  if (action === undefined) throw new Error(`no form in: ${text}`)
  const inputs = [...text.matchAll(/<input\s[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
    /name="([^"]*)"/.exec(tag)?.[1] ?? '',
    /value="([^"]*)"/.exec(tag)?.[1] ?? '',
  ])
  return { action, hidden: Object.fromEntries(inputs) as Fields }
}

/** The words of a page, without its markup. */
export const wordsOf = ({ text }: Seen): string =>
  text
    .replace(/^.*<body>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** What a page asks for: the names of the fields that people fill in or press. */
export const askedFor = ({ text }: Seen): string[] => [
  ...new Set(
    [...text.matchAll(/<(?:input|button)\s[^>]*name="([^"]*)"[^>]*>/g)]
      .filter(([tag]) => !tag.includes('type="hidden"'))
      .map(([, name = '']) => name),
  ),
]

/** An authorization request as an app sends it, with PKCE. A parameter set to `null` is left out. */
export interface Authorization {
  readonly clientId: string
  readonly redirectUri: string
  readonly verifier: string
  /** Path and query at the issuer. */
  readonly address: string
}

export function authorization(
  clientId = 'admin-panel',
  params: Readonly<Record<string, string | null>> = {},
): Authorization {
  const redirectUri = params['redirect_uri'] ?? CALLBACKS[clientId] ?? ''
  const verifier = randomBytes(32).toString('base64url')
  const all: Record<string, string | null> = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state: 'a state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(all)) if (value !== null) query.set(name, value)
  return { clientId, redirectUri, verifier, address: `/auth?${query.toString()}` }
}

/** A code that was not used yet: one is accepted once, and tests sign in more often than that. */
export async function freshCode({ parts }: Booted, email: string): Promise<string> {
  const { storage, box, clock } = parts
  const found = await storage.accounts.findCredentials(email)
  await storage.secondFactors.enrol(found?.account.sub ?? '', box.seal(TOTP_SECRET), clock())
  return unusedCode(TOTP_SECRET, null, clock()) ?? ''
}

/** Goes through password, code and consent as they are asked for; ends outside, or with an error. */
export async function passPages(
  booted: Booted,
  visitor: Visitor,
  first: Seen,
  email: string,
): Promise<Seen> {
  let seen = first
  while (seen.text !== '' && seen.status === 200) {
    const asked = askedFor(seen)
    if (asked.includes('password')) seen = await visitor.submit(seen, { email, password: PASSWORD })
    else if (asked.includes('code'))
      seen = await visitor.submit(seen, { code: await freshCode(booted, email) })
    else seen = await visitor.submit(seen, { decision: 'accept' })
  }
  return seen
}

/** The token request of the app that sent `request`, with what came back to its callback. */
export function redeem(
  cast: Cast,
  { clientId, redirectUri, verifier }: Authorization,
  callback: string,
  fields: Fields = {},
): Promise<JsonAnswer> {
  const isPublic = clientId === 'acme-portal' || clientId === 'acme-billing'
  const form = {
    grant_type: 'authorization_code',
    code: new URL(callback).searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(isPublic && { client_id: clientId }),
    ...fields,
  }
  return cast.form('/token', form, isPublic ? undefined : clientId)
}
