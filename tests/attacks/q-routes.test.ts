import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Router from '@koa/router'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { codeSpans, readDocument } from '../docs/markdown.ts'
import { addService, expectError, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { begin } from '../support/scene.ts'
import { Visitor } from '../support/visitor.ts'

const ROOT = join(import.meta.dirname, '../..')
const document = readDocument('docs/reference/api.md')

interface Documented {
  /** `GET /api/v1/users/{userId}` */
  readonly name: string
  readonly method: string
  readonly path: string
  /** A scope, or `browser`. */
  readonly access: string
}

/** Each route of the API, as its reader is told who may call it. */
const documented: readonly Documented[] = [
  ...document.matchAll(/^### ((\w+) (\/\S+))\n\n(?:Scope `(\w+)`|For the app)\./gm),
].map(([, name = '', method = '', path = '', access = 'browser']) => ({
  name,
  method,
  path,
  access,
}))

/** Pages for people, and how each answers a browser it does not know. */
const login = [303, /^\/auth\?/] as const
const invalid = [400, /^null$/] as const
const pages: Readonly<Record<string, readonly [status: number, to: RegExp]>> = {
  'GET /interaction/:uid': invalid,
  'POST /interaction/:uid/login': invalid,
  'POST /interaction/:uid/second-factor': invalid,
  'POST /interaction/:uid/consent': invalid,
  'POST /interaction/:uid/cancel': invalid,
  'GET /account/callback': [303, /^\/account$/],
  'GET /account': login,
  'GET /account/history': login,
  'POST /account/impersonations/end': login,
  'POST /account/apps/withdraw': login,
  'POST /account/sessions/end': login,
  'GET /account/security': login,
  'GET /account/security/authenticator': login,
  'POST /account/security/authenticator': login,
  'POST /account/security/authenticator/remove': login,
  'GET /account/security/passkey': login,
  'POST /account/security/passkey': login,
  'POST /account/security/passkey/rename': login,
  'POST /account/security/passkey/remove': login,
  'POST /account/security/recovery': login,
  'GET /consent-requests/:id': login,
  'POST /consent-requests/:id': login,
}

/** What belongs to pages, and shows nobody's data. */
const furniture = ['/', '/assets/issuer.css', '/assets/passkey.js', '/favicon.ico']
/** The demo's mail, which is nobody's. */
const demoOnly = ['/outbox']

/** Features of oidc-provider that are off: where they would be. */
const off = ['/reg', '/reg/x', '/backchannel', '/device', '/credential', '/challenge', '/nonce']

/** Every router that is put together while the server starts. */
const routes = vi.spyOn(Router.prototype, 'routes')

describe('every route', () => {
  const stage = onStage('sqlite')
  let served: string[]

  beforeAll(async () => {
    served = (routes.mock.contexts as Router[]).flatMap((router) =>
      router.stack.flatMap(({ methods, path }) =>
        methods
          .filter((method) => !['HEAD', 'OPTIONS'].includes(method))
          .map((method) => `${method} ${String(path)}`),
      ),
    )
    routes.mockRestore()
    await addService(stage.booted, 'app-reader', 'read_app')
    await addService(stage.booted, 'audit-reader', 'read_audit')
  })

  const ask = ({ method, path }: Documented, token?: string): Promise<JsonAnswer> =>
    stage.cast.request(method, path.replaceAll(/\{\w+\}/g, 'x'), {
      ...(token !== undefined && { token }),
      ...(method === 'POST' && { json: {} }),
    })

  it('Q10 is one that was decided about: documented, or a page of this list', () => {
    const named = documented.map(({ name }) => name.replaceAll(/\{(\w+)\}/g, ':$1'))
    expect(served.toSorted()).toEqual([...named, ...Object.keys(pages)].toSorted())
  })

  it('outside of the routers is documented, or belongs to a page', () => {
    const names = globSync('server/src/**/*.ts', { cwd: ROOT })
    const text = names.map((name) => readFileSync(join(ROOT, name), 'utf8'))
    const found = text.flatMap((source) => [
      ...source.matchAll(/\b(?:ctx\.)?path === '(\/[^']*)'/g),
    ])
    const reference = globSync('docs/reference/*.md', { cwd: ROOT }).map(readDocument)
    const named = new Set(codeSpans(reference.join('\n')).map((span) => span.replace(/^GET /, '')))
    const rest = found.map(([, path = '']) => path).filter((path) => !named.has(path))
    expect(rest.filter((path) => !furniture.includes(path) && !demoOnly.includes(path))).toEqual([])
    expect(found.length).toBeGreaterThan(furniture.length)
  })

  it('of oidc-provider is in discovery, and there is none for what is off', async () => {
    const { body } = await stage.cast.request('GET', '/.well-known/openid-configuration')
    const addresses = Object.values(body as Record<string, unknown>).filter(
      (value) => typeof value === 'string' && value.startsWith(`${stage.booted.issuer}/`),
    )
    expect(addresses.map((address) => new URL(String(address)).pathname).toSorted()).toEqual([
      '/auth',
      '/jwks',
      '/me',
      '/request',
      '/session/end',
      '/token',
      '/token/introspection',
      '/token/revocation',
    ])
    for (const path of off)
      for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
        expect([path, (await stage.cast.request(method, path)).status]).toEqual([path, 404])
  })

  it.each(documented)('$name wants a token', async (route) => {
    const events = await stage.trail(async () => {
      expectError(await ask(route), 401, 'UNAUTHENTICATED')
    })
    const failed = { action: 's2s.auth_failed', outcome: 'denied', code: 'UNAUTHENTICATED' }
    const wanted = [expect.objectContaining(failed)]
    expect(events).toEqual(route.access === 'browser' ? [] : wanted)
  })

  it.each(documented.filter(({ access }) => access !== 'browser'))(
    '$name wants the scope $access, and no user’s token',
    async (route) => {
      const poor = route.access === 'read_app' ? 'audit-reader' : 'app-reader'
      const scope = poor === 'app-reader' ? 'read_app' : 'read_audit'
      const other = await ask(route, await stage.cast.serviceToken(poor, scope))
      expectError(other, 403, 'S2S_SCOPE')
      expect(other.headers.get('www-authenticate')).toContain(`scope="${route.access}"`)
      expectError(await ask(route, stage.root), 401, 'S2S_TOKEN_INVALID')
      const { accessToken } = await begin(stage.cast, { service: stage.service, actor: stage.root })
      expectError(await ask(route, accessToken), 403, 'IMPERSONATION_FORBIDDEN')
    },
  )

  it.each(documented.filter(({ access }) => access === 'browser'))(
    '$name wants the token of an impersonation',
    async (route) => {
      const { service, root: actor } = stage
      const { accessToken: acting } = await begin(stage.cast, { service, actor })
      expectError(await ask(route, actor), 403, 'NOT_IMPERSONATING')
      expect((await ask(route, service)).status).toBeGreaterThanOrEqual(401)
      expect((await ask(route, acting)).status).toBeLessThan(300)
    },
  )

  it.each(Object.entries(pages))('%s answers a stranger with %j', async (name, [status, to]) => {
    const [method = '', path = ''] = name.split(' ')
    const address = stage.booted.issuer + path.replaceAll(/:\w+/g, 'x')
    const form = method === 'POST' ? new URLSearchParams({ csrf: 'x', id: 'x' }) : undefined
    for (const headers of [{}, { authorization: `Bearer ${stage.root}` }]) {
      const answer = await new Visitor(stage.booted.issuer).send(address, form, headers)
      const location = answer.headers.get('location')
      expect([name, answer.status]).toEqual([name, status])
      expect(String(location)).toMatch(to)
      expect(answer.headers.get('cache-control')).toContain('no-store')
    }
  })
})
