import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EndReason } from '../../server/src/impersonation/ending.ts'
import { endReasons } from '../../server/src/impersonation/ending.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { assertInvariants } from '../support/invariants.ts'
import type { Begun } from '../support/scene.ts'
import {
  begin,
  clearStage,
  expectDead,
  expectEnded,
  expectInvalidGrant,
  roomy,
  started,
} from '../support/scene.ts'
import { signOut } from '../support/sign-out.ts'

interface Situation {
  readonly booted: Booted
  readonly cast: Cast
  readonly begun: Begun
  readonly jar: CookieJar
}

/** What happens beside a running impersonation, noticed at its next use. */
const conditions: Readonly<Partial<Record<EndReason, (situation: Situation) => Promise<unknown>>>> =
  {
    lifetime_over: async ({ begun }) => {
      vi.useFakeTimers({ toFake: ['Date'] })
      vi.setSystemTime(begun.expiresOn * 1000)
    },
    impersonator_disabled: ({ booted }) =>
      booted.parts.storage.accounts.setStatus('usr_root', 'disabled'),
    impersonator_not_allowed: ({ booted }) =>
      booted.parts.storage.accounts.setRoles('usr_root', ['support_agent']),
    subject_disabled: ({ booted }) =>
      booted.parts.storage.accounts.setStatus('usr_jane', 'disabled'),
    subject_became_staff: ({ booted }) =>
      booted.parts.storage.accounts.setRoles('usr_jane', ['support_agent']),
    app_not_eligible: ({ booted }) => booted.parts.storage.apps.setEnabled('acme-billing', false),
    consent_withdrawn: ({ booted }) =>
      booted.parts.storage.consents.revoke('usr_jane', 'acme-billing', Date.now()),
    impersonator_signed_out: ({ booted, jar }) => signOut(booted, jar),
  }

/** What people and apps do to end one. */
const deeds: Readonly<Partial<Record<EndReason, (situation: Situation) => Promise<unknown>>>> = {
  ended_by_impersonator: ({ cast, begun }) =>
    cast.request('POST', '/api/v1/impersonation/end', { token: begun.accessToken }),
  token_revoked: ({ cast, begun }) =>
    cast.form('/token/revocation', { token: begun.refreshToken, client_id: 'acme-billing' }),
  revoked_by_admin: async ({ cast, begun }) =>
    cast.request('DELETE', `/api/v1/impersonations/${begun.id}`, {
      token: await cast.serviceToken(),
    }),
  reuse_detected: ({ cast, begun }) => cast.refresh(begun.first, { client_id: 'acme-billing' }),
}

const expectRefused = {
  grant: expectInvalidGrant,
  /** A disabled app is no client any more, and is told so (RFC 6749 §5.2). */
  client: ({ status, body, headers }: JsonAnswer): void => {
    const error_description = 'client authentication failed'
    expect([status, body]).toEqual([401, { error: 'invalid_client', error_description }])
    expect(headers.getSetCookie()).toEqual([])
  },
}

const reasonsOf = (table: object): EndReason[] => Object.keys(table) as EndReason[]

describe.each(['sqlite', 'postgres'] as const)('why an impersonation ends on %s', (database) => {
  let booted: Booted
  let cast: Cast
  let situation: Situation

  beforeAll(async () => {
    booted = await boot({ database, env: roomy })
    cast = castOf(booted)
  })
  beforeEach(async () => {
    await clearStage(booted)
    const jar = new CookieJar()
    const { accessToken: actor } = await cast.signIn('root@acme.test', { jar })
    const begun = await begin(cast, { actor, app: 'acme-billing' })
    situation = { booted, cast, begun, jar }
  })
  afterEach(() => vi.useRealTimers())
  afterEach(() => assertInvariants(booted, cast))
  afterAll(() => booted.close())

  const expectAllDead = ({ refreshToken, accessToken }: Begun): Promise<void> =>
    expectDead(cast, { refreshToken, accessToken, client: 'acme-billing' })

  describe('F25 what has changed since the start is noticed at the next use and named', () => {
    describe.each(reasonsOf(conditions))('%s', (reason) => {
      it('at a refresh', async () => {
        const { begun } = situation
        await conditions[reason]?.(situation)
        const answer = await cast.refresh(begun.refreshToken, { client_id: 'acme-billing' })
        expectRefused[reason === 'app_not_eligible' ? 'client' : 'grant'](answer)
        await expectEnded(booted, cast, begun.id, reason)
        await booted.parts.storage.apps.setEnabled('acme-billing', true)
        await expectAllDead(begun)
        await expectEnded(booted, cast, begun.id, reason)
      })

      it('at userinfo', async () => {
        const { begun } = situation
        await conditions[reason]?.(situation)
        const { status, body, headers } = await cast.userinfo(begun.accessToken)
        const error_description = 'invalid token provided'
        expect([status, body]).toEqual([401, { error: 'invalid_token', error_description }])
        expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
        await expectEnded(booted, cast, begun.id, reason)
        await booted.parts.storage.apps.setEnabled('acme-billing', true)
        await expectAllDead(begun)
      })

      it('at introspection', async () => {
        const { begun } = situation
        await conditions[reason]?.(situation)
        const { status, body } = await cast.introspect(begun.accessToken)
        expect([status, body]).toEqual([200, { active: false }])
        await expectEnded(booted, cast, begun.id, reason)
        await booted.parts.storage.apps.setEnabled('acme-billing', true)
        await expectAllDead(begun)
      })
    })
  })

  it.each(reasonsOf(deeds))('ends with %s when that is what was done', async (reason) => {
    const { begun } = situation
    await deeds[reason]?.(situation)
    await expectEnded(booted, cast, begun.id, reason)
    await expectAllDead(begun)
    await expectEnded(booted, cast, begun.id, reason)
  })

  it('ends with not_redeemed when the link lay around for too long', async () => {
    await clearStage(booted)
    const { accessToken: actor } = await cast.signIn('root@acme.test')
    const input = { actor, app: 'acme-billing', body: { redeemWithin: 60 } }
    const { body } = await started(cast, input)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime((body.refresh_token_expires_on - 1800 + 60) * 1000)
    await expectDead(cast, { refreshToken: body.refresh_token, client: 'acme-billing' })
    await expectEnded(booted, cast, body.impersonation_id, 'not_redeemed')
  })

  it('knows no reason that no test produces, but for those of the account page and of a restored backup', () => {
    expect(
      [
        ...reasonsOf(conditions),
        ...reasonsOf(deeds),
        'not_redeemed',
        'ended_by_subject',
        'database_restored',
      ].toSorted(),
    ).toEqual(Object.keys(endReasons).toSorted())
  })
})
