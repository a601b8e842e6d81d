import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { castOf } from '../support/cast.ts'
import { askedFor, passPages, Visitor } from '../support/visitor.ts'

const MFA = 'urn:understudy:acr:mfa'
const CALLBACK = 'http://localhost:4001/auth/callback'
const ROOT = 'root@acme.test'

let booted: Booted
/** The admin panel, a resource server and a single-page app, as openid-client sees the issuer. */
let panel: client.Configuration
let backend: client.Configuration
let portal: client.Configuration

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  booted = await boot()
  const discover = (clientId: string, authentication: client.ClientAuth) =>
    client.discovery(new URL(booted.issuer), clientId, undefined, authentication, {
      // oxlint-disable-next-line typescript/no-deprecated -- the loopback speaks http
      execute: [client.allowInsecureRequests],
    })
  panel = await discover('admin-panel', client.ClientSecretBasic('admin-panel-secret'))
  backend = await discover('acme-backend', client.ClientSecretBasic('acme-backend-secret'))
  portal = await discover('acme-portal', client.None())
  for (const each of [panel, portal]) client.enableNonRepudiationChecks(each)
})
afterAll(async () => {
  await booted.close()
  vi.useRealTimers()
})

type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>

/** The panel's sign-in: its request, the issuer's pages in a browser, its callback. */
async function signIn(
  visitor: Visitor,
  { maxAge, ...wish }: { maxAge?: number; acr_values?: string } = {},
): Promise<{ tokens: Tokens; asked: string[] }> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const address = client.buildAuthorizationUrl(panel, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
    ...wish,
  })
  const first = await visitor.open(address.href)
  const { url } = await passPages(booted, visitor, first, ROOT)
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  const tokens = await client.authorizationCodeGrant(panel, new URL(url), {
    ...checks,
    ...(maxAge !== undefined && { maxAge }),
  })
  return { tokens, asked: askedFor(first) }
}

/** The start, over HTTP, with two tokens that openid-client has got. */
async function start(service: string, actor: string, body: object = {}) {
  const path = '/api/v1/users/usr_jane/impersonation/acme-portal'
  const answer = await fetch(booted.issuer + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${service}`, 'content-type': 'application/json' },
    body: JSON.stringify({ impersonatorToken: actor, ...body }),
  })
  const started = (await answer.json()) as Record<string, unknown>
  return { status: answer.status, started }
}

const serviceToken = async (): Promise<string> =>
  (await client.clientCredentialsGrant(backend, { scope: 'root' })).access_token

describe('openid-client', () => {
  it('plays the whole job: sign in, start, be Jane, revoke, be refused', async () => {
    const { tokens: admin } = await signIn(new Visitor(booted.issuer))
    expect(admin.claims()).toMatchObject({ sub: 'usr_root', acr: MFA, aud: 'admin-panel' })

    const { status, started } = await start(await serviceToken(), admin.access_token)
    expect(status).toBe(200)
    const acting = {
      act: { sub: 'usr_root' },
      impersonation_id: started['impersonation_id'],
      impersonation_mode: 'read_only',
    }

    const tokens = await client.refreshTokenGrant(portal, String(started['refresh_token']))
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 300 })
    expect(tokens.scope?.split(' ').toSorted()).toEqual([
      'email',
      'openid',
      'orders:read',
      'profile',
    ])
    const { iat, exp, ...claims } = tokens.claims() ?? {}
    expect(Number(exp) - Number(iat)).toBeLessThanOrEqual(300)
    expect(claims).toEqual({
      iss: booted.issuer,
      sub: 'usr_jane',
      aud: 'acme-portal',
      ...acting,
    })

    expect(await client.fetchUserInfo(portal, tokens.access_token, 'usr_jane')).toEqual({
      sub: 'usr_jane',
      name: 'Jane Doe',
      email: 'jane@customer.test',
      ...acting,
    })
    const introspected = await client.tokenIntrospection(backend, tokens.access_token)
    expect(introspected).toMatchObject({
      active: true,
      sub: 'usr_jane',
      client_id: 'acme-portal',
      impersonatedBy: 'usr_root',
      ...acting,
    })
    const refreshToken = tokens.refresh_token ?? ''
    expect(await client.tokenIntrospection(backend, refreshToken)).toMatchObject({
      active: true,
      sub: 'usr_jane',
      impersonatedBy: 'usr_root',
      ...acting,
    })

    await client.tokenRevocation(portal, refreshToken)
    await expect(client.refreshTokenGrant(portal, refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    })
    await expect(
      client.fetchUserInfo(portal, tokens.access_token, 'usr_jane'),
    ).rejects.toMatchObject({ status: 401 })
    expect(await client.tokenIntrospection(backend, tokens.access_token)).toEqual({ active: false })
    const impersonation = String(started['impersonation_id'])
    expect((await castOf(booted).audit({ impersonation })).at(-1)).toMatchObject({
      action: 'impersonation.ended',
      details: { ended_by: 'impersonator' },
    })
  })

  it('steps up with max_age and acr_values when the start asks for it (RFC 9470 §5)', async () => {
    const visitor = new Visitor(booted.issuer)
    const { tokens: old } = await signIn(visitor)
    vi.setSystemTime(Date.now() + 301_000)
    const service = await serviceToken()
    const { status, started: challenge } = await start(service, old.access_token)
    expect({ status, code: challenge['code'] }).toEqual({ status: 403, code: 'MFA_REQUIRED' })

    const { tokens, asked } = await signIn(visitor, {
      maxAge: Number(challenge['max_age']),
      acr_values: String(challenge['acr_values']),
    })
    expect(asked).toEqual(['code'])
    expect(tokens.claims()).toMatchObject({
      auth_time: Math.floor(Date.now() / 1000),
      acr: MFA,
      amr: ['pwd', 'otp', 'mfa'],
    })
    const { started } = await start(service, tokens.access_token, { mode: 'full' })
    const granted = await client.refreshTokenGrant(portal, String(started['refresh_token']))
    expect(granted.scope).toContain('orders:write')
    await client.tokenRevocation(portal, granted.access_token)
    expect(await client.tokenIntrospection(backend, granted.refresh_token ?? '')).toEqual({
      active: false,
    })
  })

  it('gets a JWT access token for a resource, and none for another', async () => {
    const { tokens: admin } = await signIn(new Visitor(booted.issuer))
    const { started } = await start(await serviceToken(), admin.access_token)
    const refreshToken = String(started['refresh_token'])
    const foreign = { resource: 'https://other.test' }
    await expect(client.refreshTokenGrant(portal, refreshToken, foreign)).rejects.toMatchObject({
      error: 'invalid_target',
    })
    const resource = 'http://localhost:4004'
    const tokens = await client.refreshTokenGrant(portal, refreshToken, { resource })
    expect(tokens.access_token.split('.')).toHaveLength(3)
    await client.tokenRevocation(portal, tokens.refresh_token ?? '')
  })
})
