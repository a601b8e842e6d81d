import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly form: URLSearchParams
  readonly authorization: string | undefined
}

/** Answers instead of the ordinary one; `null` leaves it to that, `'drop'` closes the connection. */
type Script = (asked: Asked, count: number) => Reply | 'drop' | 'hang' | null
export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

/** An issuer that answers as it is told to, and as a good one where it is told nothing. */
export interface ScriptedIssuer {
  readonly issuer: string
  readonly asked: Asked[]
  script: Script
  /** Members of the next ID tokens that differ. */
  claims: Record<string, unknown>
  expiresIn: number
  lasts: number
  countOf(path: string): number
  close(): Promise<void>
}

const idToken = (claims: unknown): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`

export async function startScriptedIssuer(): Promise<ScriptedIssuer> {
  let turn = 0
  const server = createServer((request, response) => {
    void serve(request, response)
  })
  const self: ScriptedIssuer = {
    issuer: '',
    asked: [],
    script: () => null,
    claims: {},
    expiresIn: 300,
    lasts: 1800,
    countOf: (path) => self.asked.filter((one) => one.path === path).length,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }

  const ordinary = ({ path }: Asked): Reply => {
    if (path === '/token/revocation') return {}
    if (path.endsWith('/end')) return { status: 204 }
    if (path !== '/token') return { body: impersonation(self.lasts) }
    turn += 1
    const claims = {
      iss: self.issuer,
      aud: 'spa',
      sub: 'usr_jane',
      act: { sub: 'usr_root' },
      iat: Math.floor(Date.now() / 1000),
      impersonation_id: 'imp_1',
      ...self.claims,
    }
    const tokens = { access_token: `access-${turn}`, refresh_token: `refresh-${turn}` }
    return { body: { ...tokens, expires_in: self.expiresIn, id_token: idToken(claims) } }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A browser repeats by itself what a kept connection did not answer.
    response.setHeader('connection', 'close')
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', 'authorization, content-type')
    if (request.method === 'OPTIONS') {
      response.end()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = request
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const asked = { method, path, form, authorization: headers.authorization }
    self.asked.push(asked)
    const scripted = self.script(asked, self.countOf(path))
    if (scripted === 'hang') return
    if (scripted === 'drop') {
      response.destroy()
      return
    }
    const { status = 200, headers: extra = {}, body = '' } = scripted ?? ordinary(asked)
    response.writeHead(status, { 'content-type': 'application/json', ...extra })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  Object.assign(self, { issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  return self
}

const impersonation = (lasts: number): unknown => ({
  id: 'imp_1',
  actor: { sub: 'usr_root', email: 'root@acme.test', name: 'Root' },
  subject: { sub: 'usr_jane', email: 'jane@customer.test', name: 'Jane' },
  app: { client_id: 'spa', name: 'Portal' },
  mode: 'read_only',
  reason: null,
  ticket: null,
  status: 'active',
  expires_at: new Date((Math.floor(Date.now() / 1000) + lasts) * 1000).toISOString(),
})
