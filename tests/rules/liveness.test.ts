import { describe, expect, it } from 'vitest'
import { endReasons } from '../../server/src/impersonation/ending.ts'
import type { Mode } from '../../server/src/impersonation/impersonation.ts'
import type { LivenessFacts } from '../../server/src/impersonation/liveness.ts'
import { endByTime, findEnding } from '../../server/src/impersonation/liveness.ts'
import { account, app } from '../support/plain-directory.ts'
import { org, settings } from '../support/rules.ts'
import { impersonation, NOW } from '../support/stores.ts'

const running = impersonation({ expiresAt: NOW + 1_800_000 })

const facts = (more: Partial<LivenessFacts> = {}): LivenessFacts => ({
  settings,
  now: NOW + 60_000,
  actor: account('boss', { roles: ['boss'] }),
  subject: account('jane'),
  app: app('portal'),
  consent: undefined,
  actorSignedIn: true,
  ...more,
})

describe('contract §3: an impersonation lives as long as all of its conditions hold', () => {
  it('lives while they do', () => {
    expect(findEnding(running, facts())).toBe(null)
  })

  const disabled = { status: 'disabled' } as const
  const closed = app('portal', { requireConsent: true })
  const consent = { app: 'portal', scope: 'openid', grantedAt: NOW, revokedAt: NOW }
  const manager = account('m', { roles: ['manager'], organization: org('a') })

  it.each<[string, string, string, Partial<LivenessFacts>]>([
    ['its time is over', 'expired', 'lifetime_over', { now: NOW + 1_800_000 }],
    ['the actor is gone', 'policy', 'impersonator_disabled', { actor: undefined }],
    [
      'the actor is disabled',
      'policy',
      'impersonator_disabled',
      { actor: account('boss', { roles: ['boss'], ...disabled }) },
    ],
    ['the actor lost the role', 'policy', 'impersonator_not_allowed', { actor: account('boss') }],
    [
      'operators took the role off the list',
      'policy',
      'impersonator_not_allowed',
      { settings: { ...settings, impersonationRoles: [] } },
    ],
    [
      'the subject left the organisation of the actor',
      'policy',
      'impersonator_not_allowed',
      { actor: manager, subject: account('jane', { organization: org('b') }) },
    ],
    ['the subject is gone', 'policy', 'subject_disabled', { subject: undefined }],
    [
      'the subject is disabled',
      'policy',
      'subject_disabled',
      { subject: account('jane', disabled) },
    ],
    [
      'the subject became staff',
      'policy',
      'subject_became_staff',
      { subject: account('jane', { roles: ['any'] }) },
    ],
    ['the app is gone', 'policy', 'app_not_eligible', { app: undefined }],
    ['the app is disabled', 'policy', 'app_not_eligible', { app: app('p', { enabled: false }) }],
    [
      'the app is no SPA any more',
      'policy',
      'app_not_eligible',
      { app: app('p', { type: 'web' }) },
    ],
    ['the app now requires consent', 'policy', 'consent_withdrawn', { app: closed }],
    ['the consent is withdrawn', 'policy', 'consent_withdrawn', { app: closed, consent }],
    ['the actor signed out', 'logout', 'impersonator_signed_out', { actorSignedIn: false }],
  ])('ends when %s', (_, by, reason, broken) => {
    expect(findEnding(running, facts(broken))).toEqual({
      at: broken.now ?? NOW + 60_000,
      by,
      reason,
    })
  })

  it('ends with the first cause when several come together, time before all others', () => {
    const broken = { actor: undefined, subject: undefined, app: undefined, actorSignedIn: false }
    expect(findEnding(running, facts(broken))?.reason).toBe('impersonator_disabled')
    expect(findEnding(running, facts({ ...broken, now: running.expiresAt }))?.reason).toBe(
      'lifetime_over',
    )
  })

  it('ends in full mode when looking only is allowed by now, and lives on read-only', () => {
    const looking = {
      app: closed,
      consent: { ...consent, revokedAt: null, mode: 'read_only' },
    } as const
    const inMode = (mode: Mode): unknown => findEnding({ ...running, mode }, facts(looking))?.reason
    expect([inMode('full'), inMode('read_only')]).toEqual(['consent_withdrawn', undefined])
  })

  it('lives on for a subject who is staff, where staff may be impersonated', () => {
    const allowed = { ...settings, impersonateAdmins: true }
    const subject = account('jane', { roles: ['any'] })
    expect(findEnding(running, facts({ settings: allowed, subject }))).toBe(null)
  })

  it('lives on for a manager and a member of the same organisation', () => {
    const subject = account('jane', { organization: org('a') })
    expect(findEnding(running, facts({ actor: manager, subject }))).toBe(null)
  })
})

describe('the end that time brings', () => {
  const wished = impersonation({ redeemBy: NOW + 120_000 })

  it.each([
    ['a millisecond before the end', running, 1_799_999, null],
    ['at the end', running, 1_800_000, [1_800_000, 'lifetime_over']],
    ['long after it', running, 9_999_999, [1_800_000, 'lifetime_over']],
    ['before the deadline for the first refresh', wished, 119_999, null],
    ['at that deadline', wished, 120_000, [120_000, 'not_redeemed']],
    ['long after that deadline', wished, 9_999_999, [120_000, 'not_redeemed']],
    ['after that deadline, redeemed', { ...wished, redeemedAt: NOW + 1 }, 120_000, null],
    [
      'at the end, redeemed',
      { ...wished, redeemedAt: NOW + 1 },
      1_800_000,
      [1_800_000, 'lifetime_over'],
    ],
    [
      'with both deadlines at once',
      { ...wished, redeemBy: wished.expiresAt },
      1_800_000,
      [1_800_000, 'lifetime_over'],
    ],
  ] as const)('has its own time, not that of whoever noticed: %s', (_, record, after, end) => {
    const expected = end && { at: NOW + end[0], by: 'expired', reason: end[1] }
    expect(endByTime(record, NOW + after)).toEqual(expected)
  })
})

it('has no end reason without somebody who is said to have ended it', () => {
  expect(new Set(Object.values(endReasons))).toEqual(
    new Set(['impersonator', 'subject', 'admin', 'expired', 'reuse', 'policy', 'logout']),
  )
})
