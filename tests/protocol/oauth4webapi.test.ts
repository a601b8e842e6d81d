import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { passPages, Visitor } from '../support/visitor.ts'

const CALLBACK = 'http://localhost:4001/auth/callback'
const RESOURCE = 'http://localhost:4004'
// oxlint-disable-next-line typescript/no-deprecated -- the loopback speaks http
const insecure = { [oauth.allowInsecureRequests]: true } as const

const panel: oauth.Client = { client_id: 'admin-panel' }
const portal: oauth.Client = { client_id: 'acme-portal' }
const backend: oauth.Client = { client_id: 'acme-backend' }
const panelSecret = oauth.ClientSecretBasic('admin-panel-secret')
const backendSecret = oauth.ClientSecretBasic('acme-backend-secret')

let booted: Booted
let as: oauth.AuthorizationServer

beforeAll(async () => {
  booted = await boot()
  const issuer = new URL(booted.issuer)
  const answer = await oauth.discoveryRequest(issuer, insecure)
  as = await oauth.processDiscoveryResponse(issuer, answer)
})
afterAll(() => booted.close())

async function signIn(email: string): Promise<oauth.TokenEndpointResponse> {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const address = new URL(as.authorization_endpoint ?? '')
  address.search = new URLSearchParams({
    client_id: panel.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    max_age: '300',
  }).toString()
  const visitor = new Visitor(booted.issuer)
  const { url } = await passPages(booted, visitor, await visitor.open(address.href), email)
  const parameters = oauth.validateAuthResponse(as, panel, new URL(url), state)
  const answer = await oauth.authorizationCodeGrantRequest(
    as,
    panel,
    panelSecret,
    parameters,
    CALLBACK,
    verifier,
    insecure,
  )
  return oauth.processAuthorizationCodeResponse(as, panel, answer, {
    expectedNonce: nonce,
    maxAge: 300,
    requireIdToken: true,
  })
}

async function serviceToken(): Promise<string> {
  const wish = { scope: 'root' }
  const answer = await oauth.clientCredentialsGrantRequest(
    as,
    backend,
    backendSecret,
    wish,
    insecure,
  )
  const tokens = await oauth.processClientCredentialsResponse(as, backend, answer)
  expect(tokens).toMatchObject({ scope: 'root', token_type: 'bearer', expires_in: 600 })
  return tokens.access_token
}

interface Started {
  readonly refresh_token: string
  readonly impersonation_id: string
}

async function start(): Promise<Started> {
  const admin = await signIn('root@acme.test')
  const path = '/api/v1/users/usr_jane/impersonation/acme-portal'
  const answer = await oauth.protectedResourceRequest(
    await serviceToken(),
    'POST',
    new URL(booted.issuer + path),
    new Headers({ 'content-type': 'application/json' }),
    JSON.stringify({ impersonatorToken: admin.access_token, reason: 'cannot see charger 12' }),
    insecure,
  )
  expect(answer.status).toBe(200)
  return (await answer.json()) as Started
}

async function refresh(
  refreshToken: string,
  additionalParameters: Record<string, string> = {},
): Promise<oauth.TokenEndpointResponse> {
  const options = { ...insecure, additionalParameters }
  const answer = await oauth.refreshTokenGrantRequest(
    as,
    portal,
    oauth.None(),
    refreshToken,
    options,
  )
  return oauth.processRefreshTokenResponse(as, portal, answer)
}

async function introspect(token: string): Promise<oauth.IntrospectionResponse> {
  const answer = await oauth.introspectionRequest(as, backend, backendSecret, token, insecure)
  return oauth.processIntrospectionResponse(as, backend, answer)
}

async function revoke(token: string): Promise<void> {
  const answer = await oauth.revocationRequest(as, portal, oauth.None(), token, insecure)
  expect(answer.status).toBe(200)
  await oauth.processRevocationResponse(answer)
}

const asResourceServer = (
  token: string,
  audience = RESOURCE,
): Promise<oauth.JWTAccessTokenClaims> =>
  oauth.validateJwtAccessToken(
    as,
    new Request(`${RESOURCE}/orders`, { headers: { authorization: `Bearer ${token}` } }),
    audience,
    insecure,
  )

describe('oauth4webapi', () => {
  it('discovers, signs in and starts; the app refreshes, reads and revokes', async () => {
    const started = await start()
    const tokens = await refresh(started.refresh_token)
    const acting = {
      act: { sub: 'usr_root' },
      impersonation_id: started.impersonation_id,
      impersonation_mode: 'read_only',
    }
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ sub: 'usr_jane', ...acting })

    const userinfo = await oauth.userInfoRequest(as, portal, tokens.access_token, insecure)
    expect(await oauth.processUserInfoResponse(as, portal, 'usr_jane', userinfo)).toEqual({
      sub: 'usr_jane',
      name: 'Jane Doe',
      email: 'jane@customer.test',
      ...acting,
    })
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true, ...acting })

    await revoke(tokens.access_token)
    expect(await introspect(tokens.access_token)).toEqual({ active: false })
    expect(await introspect(tokens.refresh_token ?? '')).toEqual({ active: false })
    await expect(refresh(tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    })
    const refused = await oauth.userInfoRequest(as, portal, tokens.access_token, insecure)
    await expect(
      oauth.processUserInfoResponse(as, portal, 'usr_jane', refused),
    ).rejects.toMatchObject({
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    })
  })

  it('validates the access token for a resource as RFC 9068 wants it', async () => {
    const started = await start()
    const tokens = await refresh(started.refresh_token, { resource: RESOURCE })
    const { iat, exp, jti, ...claims } = await asResourceServer(tokens.access_token)
    expect(exp - iat).toBeLessThanOrEqual(300)
    expect(jti).toEqual(expect.any(String))
    expect(claims).toEqual({
      iss: booted.issuer,
      aud: RESOURCE,
      sub: 'usr_jane',
      client_id: 'acme-portal',
      scope: 'orders:read',
      act: { sub: 'usr_root' },
      impersonation_id: started.impersonation_id,
      impersonation_mode: 'read_only',
    })
    await expect(asResourceServer(tokens.access_token, 'https://other.test')).rejects.toThrow('aud')
    const [header, payload] = tokens.access_token.split('.')
    const forged = `${header}.${payload}.${'A'.repeat(86)}`
    await expect(asResourceServer(forged)).rejects.toThrow('signature')
    // An ID token is none, though it is signed by the same key (RFC 9068 §4).
    await expect(asResourceServer(tokens.id_token ?? '')).rejects.toThrow('typ')
    await revoke(tokens.refresh_token ?? '')
    await expect(refresh(tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('sees a replayed refresh token end everything (RFC 9700 §4.14.2)', async () => {
    const started = await start()
    const tokens = await refresh(started.refresh_token)
    await expect(refresh(started.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(refresh(tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect(await introspect(tokens.access_token)).toEqual({ active: false })
  })

  it('lets a service introspect its own tokens only, unless it may see all', async () => {
    const token = await serviceToken()
    const readonly: oauth.Client = { client_id: 'acme-readonly' }
    const secret = oauth.ClientSecretBasic('acme-readonly-secret')
    const answer = await oauth.introspectionRequest(as, readonly, secret, token, insecure)
    expect(await oauth.processIntrospectionResponse(as, readonly, answer)).toEqual({
      active: false,
    })
    expect(await introspect(token)).toMatchObject({ active: true, client_id: 'acme-backend' })
  })
})
