import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RESOURCE } from '../support/foreign-configuration.ts'
import type { ForeignHost } from '../support/foreign-host.ts'
import { openForeignHost } from '../support/foreign-host.ts'
import type { ForeignParties, StartBody } from '../support/foreign-impersonation.ts'
import { partiesOf } from '../support/foreign-impersonation.ts'
import type { Grant } from '../support/oauth-client.ts'
import { verified } from '../support/oauth-client.ts'

const START = Date.parse('2030-01-01T00:00:00.000Z')
const on = (seconds: number): number => START / 1000 + seconds

describe.each([
  ['at the root', ''],
  ['under a path', '/login'],
] as const)("the extension on somebody else's provider, mounted %s", (_, path) => {
  let host: ForeignHost
  let parties: ForeignParties

  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: START })
  })
  afterAll(() => {
    vi.useRealTimers()
  })
  beforeEach(async () => {
    vi.setSystemTime(START)
    host = await openForeignHost({ path })
    parties = partiesOf(host)
  })
  afterEach(() => host.close())

  const claimsOf = ({ impersonation_id }: StartBody): Record<string, unknown> => ({
    act: { sub: 'boss' },
    impersonation_id,
    impersonation_mode: 'read_only',
  })

  it('answers a start with the refresh token, its end and one link per redirect URI', async () => {
    const answer = await parties.start({ reason: 'cannot see order 12', ticket: 'SUP-1' })
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const body = answer.body as StartBody
    const query = `refresh_token=${body.refresh_token}&refresh_token_expires_on=${on(1800)}&refresh_token_expires_in=1800`
    expect(body).toEqual({
      refresh_token: expect.stringMatching(/^[\w-]{43}$/) as string,
      refresh_token_expires_in: 1800,
      refresh_token_expires_on: on(1800),
      impersonation_id: expect.stringMatching(/^imp_[0-9a-z]{36}$/) as string,
      mode: 'read_only',
      links: [
        `https://spa.foreign.test/callback?${query}`,
        `https://spa.foreign.test/cb?from=x&${query}`,
      ],
    })
    expect((await host.storage.audit.timeline(body.impersonation_id)).events).toEqual([
      {
        seq: null,
        id: expect.stringMatching(/^aud_[0-9a-z]{36}$/) as string,
        at: START,
        action: 'impersonation.started',
        outcome: 'success',
        code: null,
        actor: 'boss',
        service: 'backend',
        subject: 'customer',
        organization: 'org_1',
        app: 'spa',
        impersonation: body.impersonation_id,
        ip: expect.stringContaining('127.0.0.1') as string,
        userAgent: 'node',
        requestId: expect.stringMatching(/^req_/) as string,
        details: {
          mode: 'read_only',
          reason: 'cannot see order 12',
          ticket: 'SUP-1',
          scope: 'openid profile orders:read',
          expires_at: '2030-01-01T00:30:00.000Z',
          redeem_within: null,
          consent: 'not_required',
        },
      },
    ])
  })

  it('rotates the refresh token at every refresh, whatever the host does with its own', async () => {
    const { refresh_token: first, impersonation_id } = await parties.started()
    const once = await parties.refresh(first)
    expect(once.headers.get('cache-control')).toBe('no-store')
    const body = once.body as Grant
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/) as string,
      expires_in: 300,
      id_token: expect.any(String) as string,
      refresh_token: expect.stringMatching(/^[\w-]{43}$/) as string,
      scope: 'openid profile orders:read',
      token_type: 'Bearer',
    })
    vi.setSystemTime(START + 60_000)
    const twice = await parties.refreshed(body.refresh_token)
    expect(new Set([first, body.refresh_token, twice.refresh_token]).size).toBe(3)
    expect(await parties.trail(impersonation_id)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
      'impersonation.refreshed',
    ])
  })

  it('says in the introspection of access and refresh tokens who is acting', async () => {
    const start = await parties.started()
    const grant = await parties.refreshed(start.refresh_token)
    const again = await parties.refreshed(grant.refresh_token)
    const about = { ...claimsOf(start), impersonatedBy: 'boss', active: true, client_id: 'spa' }
    const common = { ...about, iat: on(0), iss: host.issuer, sub: 'customer' }
    const scope = 'openid profile orders:read'
    expect((await parties.introspect(again.access_token)).body).toEqual({
      ...common,
      exp: on(300),
      scope,
      tenant: 'foreign',
      token_type: 'Bearer',
    })
    expect((await parties.introspect(again.refresh_token)).body).toEqual({
      ...common,
      exp: on(1800),
      scope,
    })
  })

  it('says in userinfo and ID token who is acting, and nothing of how the subject signed in', async () => {
    const start = await parties.started()
    const grant = await parties.refreshed(start.refresh_token)
    expect((await parties.userinfo(grant.access_token)).body).toEqual({
      sub: 'customer',
      name: 'Name of customer',
      ...claimsOf(start),
    })
    expect(await verified(host.issuer, grant.id_token, 'spa')).toEqual({
      sub: 'customer',
      ...claimsOf(start),
      aud: 'spa',
      iss: host.issuer,
      iat: on(0),
      exp: on(300),
    })
  })

  it('says in a JWT access token for a resource who is acting (RFC 9068)', async () => {
    const start = await parties.started()
    const grant = await parties.refreshed(start.refresh_token, { resource: RESOURCE.orders })
    expect(await verified(host.issuer, grant.access_token, RESOURCE.orders)).toEqual({
      ...claimsOf(start),
      tenant: 'foreign',
      aud: RESOURCE.orders,
      client_id: 'spa',
      exp: on(300),
      iat: on(0),
      iss: host.issuer,
      jti: expect.any(String) as string,
      scope: 'orders:read',
      sub: 'customer',
    })
  })

  it('tells the app which impersonation it is in, and ends it when the app asks', async () => {
    const start = await parties.started({ reason: 'cannot see order 12' })
    const grant = await parties.refreshed(start.refresh_token)
    expect((await parties.current(grant.access_token)).body).toEqual({
      id: start.impersonation_id,
      actor: { sub: 'boss', email: 'boss@people.test', name: 'Name of boss' },
      subject: { sub: 'customer', email: 'customer@people.test', name: 'Name of customer' },
      app: { client_id: 'spa', name: 'Name of spa' },
      mode: 'read_only',
      reason: 'cannot see order 12',
      ticket: null,
      status: 'active',
      started_at: '2030-01-01T00:00:00.000Z',
      expires_at: '2030-01-01T00:30:00.000Z',
      ended_at: null,
      ended_by: null,
      end_reason: null,
    })
    vi.setSystemTime(START + 60_000)
    expect(await parties.end(grant.access_token)).toMatchObject({ status: 204, body: null })
    expect(await parties.end(grant.access_token)).toMatchObject({ status: 204, body: null })
    expect(await host.storage.impersonations.find(start.impersonation_id)).toMatchObject({
      ended: { at: START + 60_000, by: 'impersonator', reason: 'ended_by_impersonator' },
    })
    expect(await parties.trail(start.impersonation_id)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
      'impersonation.ended',
    ])
  })

  it('refuses every token of an impersonation that has ended', async () => {
    const start = await parties.started()
    const grant = await parties.refreshed(start.refresh_token)
    await parties.end(grant.access_token)
    expect(await parties.refresh(grant.refresh_token)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'grant request is invalid' },
    })
    expect(await parties.userinfo(grant.access_token)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', error_description: 'invalid token provided' },
    })
    for (const token of [grant.access_token, grant.refresh_token]) {
      expect((await parties.introspect(token)).body).toEqual({ active: false })
    }
    const current = await parties.current(grant.access_token)
    expect(current.status).toBe(401)
    expect(current.headers.get('www-authenticate')).toBe(
      'Bearer realm="understudy", error="invalid_token", error_description="The impersonation has ended."',
    )
    expect(current.body).toEqual({
      error: 'invalid_token',
      error_description: 'The impersonation has ended.',
      code: 'IMPERSONATION_ENDED',
      request_id: current.headers.get('x-request-id'),
    })
  })

  it("keeps the host's tokens in the host's adapter and those of impersonations out of it", async () => {
    const start = await parties.started()
    await parties.refreshed(start.refresh_token)
    const theirs = JSON.stringify([...host.hostRows])
    expect(theirs).not.toMatch(/(?<![\w-])imp_|"impersonation/)

    const before = await host.stores.dump()
    await parties.customerSignsIn('openid profile offline_access')
    const kinds = [...host.hostRows.values()].map(({ kind }) => kind)
    expect(kinds).toEqual(
      expect.arrayContaining(['AccessToken', 'Grant', 'RefreshToken', 'Session']),
    )
    expect(await host.stores.dump()).toBe(before)
  })

  it('lets the host make tokens of its own outside of any request', async () => {
    const { provider } = host
    const client = await provider.Client.find('admin-panel')
    const token = new provider.AccessToken({ client, accountId: 'boss', scope: 'openid' } as never)
    const value = await token.save()
    expect(await provider.AccessToken.find(value)).toMatchObject({ extra: { tenant: 'foreign' } })
  })

  it("adds nothing to the tokens of the host's ordinary users, and takes nothing away", async () => {
    const grant = await parties.customerSignsIn('openid profile offline_access')
    expect(grant.expires_in).toBe(7200)
    expect((await parties.userinfo(grant.access_token)).body).toEqual({
      sub: 'customer',
      name: 'Name of customer',
    })
    const idToken = await verified(host.issuer, grant.id_token, 'spa')
    const common = { iat: on(0), exp: on(7200), iss: host.issuer, sub: 'customer' }
    expect(idToken).toEqual({ ...common, aud: 'spa' })
    expect((await parties.introspect(grant.access_token)).body).toEqual({
      ...common,
      active: true,
      client_id: 'spa',
      scope: 'openid profile offline_access',
      tenant: 'foreign',
      token_type: 'Bearer',
    })
    // The host's own decision: `rotateRefreshToken: false`.
    const refreshed = await parties.refreshed(grant.refresh_token)
    expect(refreshed.refresh_token).toBe(grant.refresh_token)
    expect(await parties.current(grant.access_token)).toMatchObject({
      status: 403,
      body: { code: 'NOT_IMPERSONATING' },
    })
  })
})
