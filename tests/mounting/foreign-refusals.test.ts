import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RESOURCE } from '../support/foreign-configuration.ts'
import type { ForeignHost } from '../support/foreign-host.ts'
import { openForeignHost } from '../support/foreign-host.ts'
import type { ForeignParties } from '../support/foreign-impersonation.ts'
import { MFA, partiesOf } from '../support/foreign-impersonation.ts'
import type { Grant } from '../support/oauth-client.ts'
import { databases } from '../support/stores.ts'
import { basic, bearer, postForm, postJson, signIn } from '../support/oauth-client.ts'

const START = Date.parse('2030-01-01T00:00:00.000Z')
const INVALID_GRANT = { error: 'invalid_grant', error_description: 'grant request is invalid' }

describe.each(databases)('a foreign host that keeps impersonations on %s', (database) => {
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
    host = await openForeignHost({ database })
    parties = partiesOf(host)
  })
  afterEach(() => host.close())

  const endingOf = async (id: string): Promise<unknown> =>
    (await host.storage.impersonations.find(id))?.ended

  describe('RFC 9700 §4.14.2: a refresh token is used once', () => {
    it('ends the impersonation when a consumed refresh token comes back', async () => {
      const start = await parties.started()
      const grant = await parties.refreshed(start.refresh_token)
      expect(await parties.refresh(start.refresh_token)).toMatchObject({
        status: 400,
        body: INVALID_GRANT,
      })
      expect(await endingOf(start.impersonation_id)).toEqual({
        at: START,
        by: 'reuse',
        reason: 'reuse_detected',
      })
      expect(await parties.trail(start.impersonation_id)).toEqual([
        'impersonation.started',
        'impersonation.refreshed',
        'impersonation.reuse_detected',
        'impersonation.ended',
      ])
      expect(await parties.refresh(grant.refresh_token)).toMatchObject({ body: INVALID_GRANT })
      expect((await parties.introspect(grant.access_token)).body).toEqual({ active: false })
    })

    it('lets exactly one of twenty parallel refreshes through, and then ends it', async () => {
      const start = await parties.started()
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => parties.refresh(start.refresh_token)),
      )
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
        expect({ status, body }).toEqual({ status: 400, body: INVALID_GRANT })
      }
      expect(await endingOf(start.impersonation_id)).toMatchObject({ by: 'reuse' })
      expect((await parties.trail(start.impersonation_id)).toSorted()).toEqual([
        'impersonation.ended',
        'impersonation.refreshed',
        'impersonation.reuse_detected',
        'impersonation.started',
      ])
    })

    it('ends it also when both of two refreshes have seen the token unused', async () => {
      const start = await parties.started()
      const { promise: both, resolve } = Promise.withResolvers<void>()
      let seen = 0
      host.directory.hold = () => {
        if (++seen === 2) resolve()
        return both
      }
      const answers = await Promise.all([1, 2].map(() => parties.refresh(start.refresh_token)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
      expect(await endingOf(start.impersonation_id)).toMatchObject({ reason: 'reuse_detected' })
      const grant = answers.find(({ status }) => status === 200)?.body as Grant
      expect((await parties.introspect(grant.access_token)).body).toEqual({ active: false })
      expect(await parties.trail(start.impersonation_id)).toEqual([
        'impersonation.started',
        'impersonation.refreshed',
        'impersonation.reuse_detected',
        'impersonation.ended',
      ])
    })
  })

  describe('contract §3: the absolute life', () => {
    it('gives no token a longer life than is left, however often it is rotated', async () => {
      const start = await parties.started()
      const early = await parties.refreshed(start.refresh_token)
      vi.setSystemTime(START + 1_790_000)
      const late = await parties.refreshed(early.refresh_token, { resource: RESOURCE.orders })
      expect(late.expires_in).toBe(10)
      const refresh = (await parties.introspect(late.refresh_token)).body as { exp: number }
      expect(refresh.exp).toBe(START / 1000 + 1800)
      const expOf = (jwt: string): unknown => {
        const payload = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()
        return (JSON.parse(payload) as { exp: number }).exp
      }
      expect(expOf(late.access_token)).toBe(START / 1000 + 1800)
      // The library counts from when it signs, which may be a second later: so one less.
      expect(expOf(late.id_token)).toBe(START / 1000 + 1799)
    })

    it('refuses everything from the last second on, and writes the end down with its own time', async () => {
      const start = await parties.started()
      vi.setSystemTime(START + 1_790_000)
      const late = await parties.refreshed(start.refresh_token)
      vi.setSystemTime(START + 1_801_000)
      expect(await parties.refresh(late.refresh_token)).toMatchObject({
        status: 400,
        body: INVALID_GRANT,
      })
      expect((await parties.introspect(late.refresh_token)).body).toEqual({ active: false })
      expect(await parties.userinfo(late.access_token)).toMatchObject({ status: 401 })
      expect(await endingOf(start.impersonation_id)).toEqual({
        at: START + 1_800_000,
        by: 'expired',
        reason: 'lifetime_over',
      })
      expect(await parties.trail(start.impersonation_id)).toEqual([
        'impersonation.started',
        'impersonation.refreshed',
        'impersonation.ended',
      ])
    })

    it('writes the end down, once and with its own time, also when nobody comes back', async () => {
      const start = await parties.started()
      vi.setSystemTime(START + 1_799_999)
      expect(await host.impersonation.sweep()).toBe(0)
      vi.setSystemTime(START + 1_810_000)
      expect(await host.impersonation.sweep()).toBe(1)
      expect(await host.impersonation.sweep()).toBe(0)
      expect(await endingOf(start.impersonation_id)).toMatchObject({ at: START + 1_800_000 })
      expect((await host.storage.audit.timeline(start.impersonation_id)).events).toMatchObject([
        { action: 'impersonation.started', requestId: expect.any(String) as string },
        {
          action: 'impersonation.ended',
          details: { ended_by: 'expired', end_reason: 'lifetime_over', duration_seconds: 1800 },
        },
      ])
    })

    it('takes no token that has just expired, whatever tolerance the library has for clocks', async () => {
      const service = await parties.serviceToken()
      const impersonatorToken = await parties.adminToken()
      const start = await parties.started()
      const grant = await parties.refreshed(start.refresh_token)
      vi.setSystemTime(START + 299_000)
      expect(await parties.current(grant.access_token)).toMatchObject({ status: 200 })
      vi.setSystemTime(START + 300_000)
      const expired = { status: 401, body: { code: 'S2S_TOKEN_INVALID' } }
      expect(await parties.current(grant.access_token)).toMatchObject(expired)
      expect(await parties.end(grant.access_token)).toMatchObject(expired)
      vi.setSystemTime(START + 600_000)
      const url = `${host.issuer}/api/v1/users/customer/impersonation/spa`
      expect(await postJson(url, { impersonatorToken }, bearer(service))).toMatchObject(expired)
      vi.setSystemTime(START + 7_200_000)
      expect(await parties.start({ impersonatorToken })).toMatchObject({
        status: 403,
        body: { code: 'IMPERSONATOR_TOKEN_INVALID' },
      })
    })

    it('ends an impersonation whose link was not opened in the time that was asked for', async () => {
      const start = await parties.started({ redeemWithin: 120 })
      vi.setSystemTime(START + 120_000)
      expect(await parties.refresh(start.refresh_token)).toMatchObject({ body: INVALID_GRANT })
      expect(await endingOf(start.impersonation_id)).toEqual({
        at: START + 120_000,
        by: 'expired',
        reason: 'not_redeemed',
      })
    })

    it('keeps an impersonation that was opened in time', async () => {
      const start = await parties.started({ redeemWithin: 120 })
      vi.setSystemTime(START + 119_000)
      const grant = await parties.refreshed(start.refresh_token)
      vi.setSystemTime(START + 121_000)
      expect(await parties.refresh(grant.refresh_token)).toMatchObject({ status: 200 })
    })
  })

  describe('RFC 7009: revocation by the app', () => {
    it.each(['refresh_token', 'access_token'] as const)(
      'ends the impersonation with its %s, whatever the host does with its own',
      async (kind) => {
        const start = await parties.started()
        const grant = await parties.refreshed(start.refresh_token)
        expect(await parties.revoke(grant[kind])).toMatchObject({ status: 200, body: null })
        expect(await endingOf(start.impersonation_id)).toEqual({
          at: START,
          by: 'impersonator',
          reason: 'token_revoked',
        })
        expect(await parties.trail(start.impersonation_id)).toEqual([
          'impersonation.started',
          'impersonation.refreshed',
          'impersonation.ended',
        ])
        expect(await parties.refresh(grant.refresh_token)).toMatchObject({ body: INVALID_GRANT })
        expect(await parties.userinfo(grant.access_token)).toMatchObject({ status: 401 })
        expect(await parties.current(grant.access_token)).toMatchObject({
          status: 401,
          body: { code: 'IMPERSONATION_ENDED' },
        })
      },
    )
  })

  describe('contract §3: an answer that is not a success changes nothing', () => {
    it.each([
      ['invalid_target', { resource: 'urn:other' }],
      ['invalid_scope', { scope: 'openid more' }],
    ])('leaves the refresh token usable after %s', async (error, more) => {
      const start = await parties.started()
      expect(await parties.refresh(start.refresh_token, more)).toMatchObject({
        status: 400,
        body: { error },
      })
      expect(await endingOf(start.impersonation_id)).toBe(null)
      expect(await parties.trail(start.impersonation_id)).toEqual(['impersonation.started'])
      expect(await parties.refresh(start.refresh_token)).toMatchObject({ status: 200 })
    })

    it.each(['audit_event', 'oidc_model'])(
      'gives no token and loses none while %s cannot be used',
      async (table) => {
        const start = await parties.started()
        await host.without(table, async () => {
          const answer = await parties.refresh(start.refresh_token)
          expect(answer).toMatchObject({
            status: 503,
            body: {
              error: 'temporarily_unavailable',
              error_description: 'The service cannot do this at the moment.',
            },
          })
          expect(answer.headers.get('retry-after')).toBe('1')
          expect(answer.headers.get('cache-control')).toBe('no-store')
        })
        expect(host.alarms.splice(0)).toHaveLength(1)
        expect(await parties.trail(start.impersonation_id)).toEqual(['impersonation.started'])
        expect(await parties.refresh(start.refresh_token)).toMatchObject({ status: 200 })
      },
    )

    it('leaves the refresh token usable when another client has tried it', async () => {
      const start = await parties.started()
      const form = { grant_type: 'refresh_token', refresh_token: start.refresh_token }
      const answer = await postForm(`${host.issuer}/token`, form, basic('admin-panel'))
      expect(answer.status).toBe(400)
      expect(await parties.refresh(start.refresh_token)).toMatchObject({ status: 200 })
    })
  })

  describe('contract §3: liveness is asked at every use', () => {
    const causes: [string, string, () => void][] = [
      ['impersonator_disabled', 'policy', () => change('boss', { status: 'disabled' })],
      ['impersonator_not_allowed', 'policy', () => change('boss', { roles: ['clerk'] })],
      ['subject_disabled', 'policy', () => change('customer', { status: 'disabled' })],
      ['subject_became_staff', 'policy', () => change('customer', { roles: ['clerk'] })],
      ['app_not_eligible', 'policy', () => changeApp({ enabled: false })],
      ['consent_withdrawn', 'policy', () => changeApp({ requireConsent: true })],
    ]
    const change = (sub: string, more: object): void => {
      const found = host.directory.accounts.get(sub)
      if (found !== undefined) host.directory.accounts.set(sub, { ...found, ...more })
    }
    const changeApp = (more: object): void => {
      const found = host.directory.apps.get('spa')
      if (found !== undefined) host.directory.apps.set('spa', { ...found, ...more })
    }

    it.each(causes)('ends it with %s at the next introspection', async (reason, by, happen) => {
      const start = await parties.started()
      const grant = await parties.refreshed(start.refresh_token)
      happen()
      expect((await parties.introspect(grant.access_token)).body).toEqual({ active: false })
      expect(await endingOf(start.impersonation_id)).toEqual({ at: START, by, reason })
    })

    it.each(causes)('ends it with %s as soon as the host says so', async (reason, by, happen) => {
      const start = await parties.started()
      happen()
      await host.impersonation.changed({ account: reason.startsWith('subj') ? 'customer' : 'boss' })
      expect(await endingOf(start.impersonation_id)).toEqual({ at: START, by, reason })
    })

    it('ends it at a refused refresh, too, and at userinfo', async () => {
      const start = await parties.started()
      const grant = await parties.refreshed(start.refresh_token)
      change('boss', { roles: [] })
      expect(await parties.refresh(grant.refresh_token)).toMatchObject({ body: INVALID_GRANT })
      expect(await endingOf(start.impersonation_id)).toMatchObject({ by: 'policy' })

      change('boss2', { roles: ['boss'] })
      const other = await parties.started({}, 'boss2')
      const theirs = await parties.refreshed(other.refresh_token)
      change('boss2', { roles: [] })
      expect(await parties.userinfo(theirs.access_token)).toMatchObject({ status: 401 })
      expect(await endingOf(other.impersonation_id)).toMatchObject({ by: 'policy' })
    })

    it('ends it with impersonator_signed_out when the session at the issuer is gone', async () => {
      const start = await parties.started()
      const grant = await parties.refreshed(start.refresh_token)
      for (const key of host.hostRows.keys()) {
        if (key.startsWith('Session:')) host.hostRows.delete(key)
      }
      expect(await parties.refresh(grant.refresh_token)).toMatchObject({ body: INVALID_GRANT })
      expect(await endingOf(start.impersonation_id)).toEqual({
        at: START,
        by: 'logout',
        reason: 'impersonator_signed_out',
      })
    })
  })

  describe("contract §1: the actor's token", () => {
    const PANEL = {
      id: 'admin-panel',
      redirectUri: 'https://panel.foreign.test/callback',
      confidential: true,
    } as const
    const signInAtPanel = (wish: Record<string, string>): Promise<Grant> =>
      signIn(host.issuer, PANEL, { login_hint: 'boss', scope: 'openid', ...wish })

    it('asks for a second factor when the login used none', async () => {
      const { access_token } = await signInAtPanel({})
      const answer = await parties.start({ impersonatorToken: access_token })
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'MFA_REQUIRED', acr_values: MFA, max_age: 300 },
      })
    })

    it('asks for it again when it was used too long ago', async () => {
      const { access_token } = await signInAtPanel({ acr_values: MFA })
      vi.setSystemTime(START + 300_000)
      expect(await parties.start({ impersonatorToken: access_token })).toMatchObject({
        status: 200,
      })
      vi.setSystemTime(START + 301_000)
      expect(await parties.start({ impersonatorToken: access_token })).toMatchObject({
        status: 403,
        body: { code: 'MFA_REQUIRED' },
      })
    })

    it('takes no ID token, no token of another client, of a service or of an impersonation', async () => {
      const panel = await signInAtPanel({ acr_values: MFA })
      const start = await parties.started()
      const spa = await parties.customerSignsIn()
      const acted = await parties.refreshed(start.refresh_token)
      const refused = [
        panel.id_token,
        spa.access_token,
        await parties.serviceToken(),
        acted.access_token,
        acted.refresh_token,
        'unknown',
      ]
      for (const impersonatorToken of refused) {
        const { status, body } = await parties.start({ impersonatorToken })
        expect({ status, body }).toEqual({
          status: 403,
          body: {
            error: 'access_denied',
            error_description: 'The impersonator token is not acceptable.',
            code: 'IMPERSONATOR_TOKEN_INVALID',
            request_id: expect.stringMatching(/^req_/) as string,
          },
        })
      }
    })
  })
})
