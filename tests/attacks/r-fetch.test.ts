import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateKeyPair, SignJWT } from 'jose'
import type { ClientMetadata, Configuration } from 'oidc-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newApp } from '../../server/src/standalone/administration/new-app.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { authorization, passPages, Visitor } from '../support/visitor.ts'

/** What somebody wants the server to fetch from within: each of these it could reach. */
const INSIDE = ['169.254.169.254', '[::1]', '127.0.0.1', '10.0.0.1', 'localhost', '0x7f.1']
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

let inside: Server
let home: string
/** Requests that have arrived inside, and those the provider wanted to make. */
const arrived: string[] = []
const wanted: string[] = []

const watched = (more: Partial<Configuration> = {}): Promise<Booted> =>
  boot({
    alter: (parts) => ({
      ...parts,
      impersonation: {
        ...parts.impersonation,
        configure: (configuration) =>
          parts.impersonation.configure({
            ...configuration,
            ...more,
            clients: [...(configuration.clients ?? []), ...(more.clients ?? [])],
            fetch: (url, options) => {
              wanted.push(new Request(url).url)
              return globalThis.fetch(url, options)
            },
          }),
      },
    }),
  })

beforeAll(async () => {
  inside = createServer((req, res) => {
    arrived.push(`${req.method} ${req.url}`)
    res.end('{"keys":[]}')
  }).listen(0, '127.0.0.1')
  await once(inside, 'listening')
  home = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`
})
afterAll(() => {
  inside.closeAllConnections()
  inside.close()
})
beforeEach(() => {
  arrived.length = 0
  wanted.length = 0
})

/** A signed assertion whose header points inside for its key. */
async function assertionFor(client: string, audience: string): Promise<Record<string, string>> {
  const { privateKey } = await generateKeyPair('RS256')
  const keys = { jku: `${home}/jku`, x5u: `${home}/x5u`, kid: `${home}/kid` }
  const jwt = new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'RS256', ...keys })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1m')
  return {
    client_id: client,
    client_assertion_type: ASSERTION,
    client_assertion: await jwt.sign(privateKey),
  }
}

describe('what the server can be made to fetch', () => {
  let booted: Booted
  let cast: Cast

  beforeAll(async () => {
    booted = await watched()
    cast = castOf(booted)
  })
  afterAll(() => booted.close())

  it('R20 is nothing: no request, login, sign-out or assertion makes it call anybody', async () => {
    const visitor = new Visitor(booted.issuer)
    for (const uri of [...INSIDE.map((host) => `http://${host}/x`), `${home}/request`]) {
      const wish = { request_uri: uri, registration: `{"logo_uri":"${uri}"}`, id_token_hint: uri }
      const { url } = await visitor.open(authorization('acme-portal', wish).address)
      expect(url).not.toContain('code=')
      const { status } = await visitor.open(`/auth?client_id=${encodeURIComponent(uri)}`)
      expect(status).toBe(400)
      const nobody = await cast.form('/token', { grant_type: 'refresh_token', client_id: uri })
      expect([nobody.status, nobody.body.error]).toEqual([401, 'invalid_client'])
      await visitor.open(`/session/end?post_logout_redirect_uri=${encodeURIComponent(uri)}`)
    }
    for (const client of ['acme-backend', 'acme-portal', 'nobody', `${home}/client`]) {
      const proof = await assertionFor(client, `${booted.issuer}/token`)
      for (const path of ['/token', '/request', '/token/introspection', '/token/revocation']) {
        const refused = await cast.form(path, {
          ...proof,
          token: 'x',
          grant_type: 'client_credentials',
        })
        expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client'])
      }
    }
    // A whole login and a whole sign-out, after which an app would be told in the background.
    const first = await visitor.open(authorization('acme-portal').address)
    await passPages(booted, visitor, first, 'jane@customer.test')
    await visitor.submit(await visitor.open('/session/end'), { logout: 'yes' })
    expect({ wanted, arrived }).toEqual({ wanted: [], arrived: [] })
  })

  it('is nothing an app is registered with either: no address but callbacks is taken', () => {
    const app = {
      clientId: 'new',
      name: 'New',
      type: 'web',
      redirectUris: ['https://new.test/callback'],
      postLogoutRedirectUris: [],
      resources: [],
      requireConsent: false,
      serviceScope: '',
      introspectsAll: false,
    }
    expect(newApp.safeParse(app).success).toBe(true)
    const uris = ['jwks', 'sectorIdentifier', 'logo', 'policy', 'tos', 'client', 'initiateLogin']
    for (const name of [...uris, 'backchannelLogout', 'frontchannelLogout', 'requestUris'])
      for (const key of [
        `${name}Uri`,
        `${name.replaceAll(/[A-Z]/g, (l) => `_${l.toLowerCase()}`)}_uri`,
      ])
        expect(newApp.safeParse({ ...app, [key]: `${home}/x` }).success).toBe(false)
  })

  it('cannot be registered over HTTP, and discovery offers no feature that fetches', async () => {
    const json = { redirect_uris: ['https://x.test/cb'], jwks_uri: home, logo_uri: home }
    for (const path of ['/reg', '/register', '/connect/register'])
      expect((await cast.request('POST', path, { json })).status).toBe(404)
    const { body }: JsonAnswer = await cast.request('GET', '/.well-known/openid-configuration')
    expect(body).toMatchObject({ request_uri_parameter_supported: false })
    for (const name of Object.keys(body as object))
      expect(name).not.toMatch(
        /registration|backchannel|frontchannel|federation|client_id_metadata/,
      )
    expect(body.subject_types_supported).toEqual(['public'])
  })
})

it('the tests above would see a fetch, which the library refuses to make inside', async () => {
  const fetcher: ClientMetadata = {
    client_id: 'fetcher',
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `${home}/jwks`,
  }
  const booted = await watched({ clients: [fetcher] })
  const proof = await assertionFor('fetcher', `${booted.issuer}/token`)
  const form = { ...proof, grant_type: 'client_credentials' }
  expect(await castOf(booted).form('/token', form)).toMatchObject({ status: 401 })
  expect({ wanted, arrived }).toEqual({ wanted: [`${home}/jwks`], arrived: [] })
  await booted.close()
})
