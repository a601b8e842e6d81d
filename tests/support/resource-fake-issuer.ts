import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Claims as a test wants them; those that are `undefined` are left out. */
export type Claims = Readonly<Record<string, unknown>>

type Handler = (req: IncomingMessage, res: ServerResponse, body: string) => void

/** An issuer that answers as it is told to, however odd. */
export interface FakeIssuer {
  readonly issuer: string
  readonly publicKey: JWK
  readonly privateKey: CryptoKey
  /** What each path answers; a path ends at its id. Change it at will. */
  readonly routes: Map<string, Handler>
  /** How often each path was asked. */
  readonly asked: (path: string) => number
  /** The feeds that are open, with the cursor each began at. */
  readonly feeds: { readonly lastEventId: string | undefined; readonly res: ServerResponse }[]
  /** Writes to all of them. */
  tell(text: string): void
  tellEnd(id: string, cursor?: string): void
  /** A JWT access token of an impersonation, with other claims and headers as given. */
  sign(claims?: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>
  readonly close: () => void
}

export const AUDIENCE = 'http://api.test'

export const json =
  (status: number, body: unknown): Handler =>
  (_req, res) =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const STATUS = '/api/v1/impersonations/'

/** Every impersonation lives, every opaque token is unknown, until a test says otherwise. */
export async function startFakeIssuer(): Promise<FakeIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  const counts = new Map<string, number>()
  const feeds: FakeIssuer['feeds'] = []
  const routes = new Map<string, Handler>([
    ['/jwks', json(200, { keys: [jwk] })],
    ['/token', json(200, { access_token: 'service', expires_in: 600, token_type: 'Bearer' })],
    ['/token/introspection', json(200, { active: false })],
    ['/api/v1/impersonation', json(401, { code: 'S2S_TOKEN_INVALID' })],
    [STATUS, (req, res, body) => json(200, activeOf(req))(req, res, body)],
    ['/events', (_req, res) => void res.writeHead(202).end()],
    [
      `${STATUS}ended`,
      (req, res) => {
        feeds.push({ lastEventId: req.headers['last-event-id']?.toString(), res })
        res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).write(':\n\n')
      },
    ],
  ])
  const server = createServer((req, res) => {
    const path = keyOf(req.url ?? '/')
    const answer = async (): Promise<void> => {
      const body = await collect(req)
      counts.set(path, (counts.get(path) ?? 0) + 1)
      const handle = routes.get(path) ?? json(404, {})
      handle(req, res, body)
    }
    void answer()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tell = (text: string): void => {
    for (const { res } of feeds) if (!res.destroyed) res.write(text)
  }
  return {
    issuer,
    publicKey: jwk,
    privateKey,
    routes,
    feeds,
    asked: (path) => counts.get(path) ?? 0,
    tell,
    tellEnd(id, cursor = String(Date.now())) {
      tell(`event: ended\nid: ${cursor}\ndata: ${JSON.stringify({ impersonation_id: id })}\n\n`)
    },
    sign: (claims, header) => sign(issuer, privateKey, claims, header),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function keyOf(url: string): string {
  if (url.endsWith('/events')) return '/events'
  return url.startsWith(STATUS) && url !== `${STATUS}ended` ? STATUS : url
}

const activeOf = (req: IncomingMessage): object => ({
  id: decodeURIComponent(req.url?.slice(STATUS.length) ?? ''),
  status: 'active',
})

async function collect(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req.setEncoding('utf8')) text += String(chunk)
  return text
}

/** The claims of an impersonation; give `act: undefined` and its companions for an ordinary token. */
export const claimsOf = (issuer: string, claims: Claims = {}): JWTPayload => ({
  iss: issuer,
  aud: AUDIENCE,
  sub: 'usr_jane',
  client_id: 'acme-portal',
  scope: 'openid orders:read',
  exp: Math.floor(Date.now() / 1000) + 300,
  act: { sub: 'usr_root' },
  impersonation_id: 'imp_1',
  impersonation_mode: 'read_only',
  ...claims,
})

/** What makes the claims above those of an ordinary token. */
export const ORDINARY: Claims = {
  act: undefined,
  impersonation_id: undefined,
  impersonation_mode: undefined,
}

const sign = (
  issuer: string,
  key: CryptoKey,
  claims?: Claims,
  header?: Partial<JWTHeaderParameters>,
): Promise<string> =>
  new SignJWT(claimsOf(issuer, claims))
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })
    .sign(key)
