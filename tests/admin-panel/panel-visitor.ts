import { expect } from 'vitest'
import type { JsonAnswer } from '../support/cast.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { passPages, Visitor } from '../support/visitor.ts'
import type { PanelScene } from './panel-scene.ts'

type Headers = Readonly<Record<string, string>>

interface Request {
  readonly json?: unknown
  readonly body?: string
  /** Instead of what the panel's own pages send; `null` leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>
}

/** A browser with the panel open, and its cookies at the issuer. */
export class PanelVisitor {
  readonly jar: CookieJar = new CookieJar()
  readonly issuer: Visitor
  readonly #scene: PanelScene

  constructor(scene: PanelScene) {
    this.#scene = scene
    this.issuer = new Visitor(scene.booted.issuer)
  }

  /** One request, as the panel's own pages make it, whatever it answers. */
  async send(method: string, path: string, request: Request = {}): Promise<JsonAnswer> {
    const headers: Record<string, string | null> = {
      accept: 'application/json',
      cookie: this.jar.header(),
      'sec-fetch-site': 'same-origin',
      ...(method !== 'GET' && { 'x-requested-by': 'admin-panel' }),
      ...(request.json !== undefined && { 'content-type': 'application/json' }),
      ...request.headers,
    }
    const given = Object.entries(headers).filter((each) => each[1] !== null)
    const body = request.json === undefined ? request.body : JSON.stringify(request.json)
    const answer = await fetch(this.#scene.url + path, {
      method,
      headers: Object.fromEntries(given) as Headers,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    })
    this.jar.take(answer)
    const text = await answer.text()
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '')
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text
    return { status: answer.status, headers: answer.headers, body: parsed }
  }

  get(path: string): Promise<JsonAnswer> {
    return this.send('GET', path)
  }

  post(path: string, json: unknown = {}): Promise<JsonAnswer> {
    return this.send('POST', path, { json })
  }

  delete(path: string): Promise<JsonAnswer> {
    return this.send('DELETE', path)
  }

  /** A page that is opened by hand or by a link. */
  open(path: string, headers: Request['headers'] = {}): Promise<JsonAnswer> {
    const navigation = { accept: 'text/html', 'sec-fetch-site': 'none' }
    return this.send('GET', path, { headers: { ...navigation, ...headers } })
  }

  /** From the panel to the issuer and through its pages, as far as the way back to the callback. */
  async toCallback(email: string, login = '/auth/login'): Promise<string> {
    const sent = await this.open(login)
    if (sent.status !== 303) throw new Error(`no sign-in: ${sent.status} ${sent.body}`)
    const first = await this.issuer.open(sent.headers.get('location') ?? '')
    const { url } = await passPages(this.#scene.booted, this.issuer, first, email)
    return url.slice(this.#scene.url.length)
  }

  /** The whole way; resolves to what the callback answered. */
  async signIn(email: string, login = '/auth/login'): Promise<JsonAnswer> {
    return this.open(await this.toCallback(email, login), { 'sec-fetch-site': 'cross-site' })
  }
}

export async function signedIn(
  scene: PanelScene,
  email: string = 'root@acme.test',
): Promise<PanelVisitor> {
  const visitor = new PanelVisitor(scene)
  const { status, headers } = await visitor.signIn(email)
  expect([status, headers.get('location')]).toEqual([303, '/'])
  return visitor
}

/** What the panel's cookie says; a secret. */
export const sessionOf = ({ jar }: PanelVisitor): string =>
  jar.cookies.get('understudy_panel') ?? ''

/** The whole body of a refusal. */
export const refusal = (
  error: string,
  code: string,
  description: string,
  more: object = {},
): object => ({
  error,
  error_description: description,
  code,
  request_id: expect.stringMatching(/^req_[\da-f-]{36}$/) as string,
  ...more,
})

export const SESSION_EXPIRED: object = refusal(
  'unauthorized',
  'SESSION_EXPIRED',
  'You are not signed in, or no longer.',
)

export const missing = (access: string | null, ...roles: string[]): object =>
  refusal('access_denied', 'ACCESS_MISSING', 'Your roles do not include this.', { access, roles })
