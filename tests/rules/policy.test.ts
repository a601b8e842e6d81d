import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Facts } from '../../server/src/impersonation/policy.ts'
import {
  authorityRules,
  decide,
  explain,
  loginRules,
  pairRules,
  requestRules,
} from '../../server/src/impersonation/policy.ts'
import { account, app } from '../support/plain-directory.ts'
import { facts, org, settings } from '../support/rules.ts'
import { impersonation, NOW } from '../support/stores.ts'

const stages = { requestRules, authorityRules, loginRules, pairRules }
const all = [...requestRules, ...authorityRules, ...loginRules, ...pairRules]
const wish = facts().wish
const boss = facts().actor
const manager = {
  ...boss,
  account: account('manager', { roles: ['manager'], organization: org('a') }),
}
const asked = (required: Partial<typeof settings>): Partial<Facts> => ({
  settings: { ...settings, ...required },
})
const consent = { app: 'portal', scope: 'openid', grantedAt: NOW, revokedAt: null }
const closed = app('portal', { requireConsent: true })

describe('contract §1: the order of checks', () => {
  it('is the order of the rules, each under its own name', () => {
    expect(all.map(({ name, code }) => [name, code])).toEqual([
      ['reason', 'REASON_REQUIRED'],
      ['ticket', 'TICKET_INVALID'],
      ['role', 'IMPERSONATOR_NOT_ALLOWED'],
      ['second_factor', 'MFA_REQUIRED'],
      ['subject_and_app_known', 'NOT_FOUND'],
      ['subject', 'TARGET_NOT_ALLOWED'],
      ['app', 'APP_NOT_ELIGIBLE'],
      ['consent', 'CONSENT_REQUIRED'],
      ['one_at_a_time', 'ALREADY_IMPERSONATING'],
    ])
  })

  it('is kept by every combination of failures: the first denial wins', () => {
    const breakers: readonly [string, (broken: Facts) => Facts][] = [
      ['NOT_FOUND', (broken) => ({ ...broken, actor: manager })],
      ['TARGET_NOT_ALLOWED', (broken) => ({ ...broken, subject: account('x', { roles: ['y'] }) })],
      ['APP_NOT_ELIGIBLE', (broken) => ({ ...broken, app: app('x', { type: 'web' }) })],
      [
        'CONSENT_REQUIRED',
        (broken) => ({ ...broken, app: { ...(broken.app ?? closed), requireConsent: true } }),
      ],
      ['ALREADY_IMPERSONATING', (broken) => ({ ...broken, running: impersonation() })],
    ]
    fc.assert(
      fc.property(fc.subarray([...breakers]), (chosen) => {
        const broken = chosen.reduce((before, [, breakIt]) => breakIt(before), facts())
        expect(decide(pairRules, broken)?.code).toBe(chosen[0]?.[0])
      }),
    )
  })

  it.each(Object.entries(stages))('lets what is in order pass: %s', (_, rules) => {
    expect(decide(rules, facts())).toBe(null)
  })
})

describe('each rule', () => {
  it.each<[string, string, Partial<Facts>]>([
    ['no reason where one is required', 'REASON_REQUIRED', asked({ requireReason: true })],
    [
      'a reason of nine characters',
      'REASON_REQUIRED',
      { ...asked({ requireReason: true }), wish: { ...wish, reason: '😀'.repeat(9) } },
    ],
    ['no ticket where one is required', 'TICKET_INVALID', asked({ ticketPattern: 'SUP-\\d+' })],
    [
      'a ticket that only contains one of the form',
      'TICKET_INVALID',
      { ...asked({ ticketPattern: 'SUP-\\d+|X' }), wish: { ...wish, ticket: 'SUP-1 or so' } },
    ],
    [
      'an actor without a role',
      'IMPERSONATOR_NOT_ALLOWED',
      { actor: { ...boss, account: account('boss') } },
    ],
    [
      'a disabled actor',
      'IMPERSONATOR_NOT_ALLOWED',
      { actor: { ...boss, account: account('boss', { roles: ['boss'], status: 'disabled' }) } },
    ],
    ['a login with one factor', 'MFA_REQUIRED', { actor: { ...boss, mfaAt: null } }],
    ['an old login', 'MFA_REQUIRED', { actor: { ...boss, mfaAt: NOW / 1000 - 301 } }],
    ['an unknown user', 'NOT_FOUND', { subject: undefined }],
    ['an unknown app', 'NOT_FOUND', { app: undefined }],
    [
      'a user of another organisation',
      'NOT_FOUND',
      { actor: manager, subject: account('jane', { organization: org('b') }) },
    ],
    ['oneself', 'TARGET_NOT_ALLOWED', { subject: { ...boss.account, roles: [] } }],
    [
      'oneself, even where staff may be impersonated',
      'TARGET_NOT_ALLOWED',
      { subject: boss.account, ...asked({ impersonateAdmins: true }) },
    ],
    ['staff', 'TARGET_NOT_ALLOWED', { subject: account('x', { roles: ['anything'] }) }],
    ['a disabled user', 'TARGET_NOT_ALLOWED', { subject: account('x', { status: 'disabled' }) }],
    [
      'a disabled user, even where staff may be impersonated',
      'TARGET_NOT_ALLOWED',
      { subject: account('x', { status: 'disabled' }), ...asked({ impersonateAdmins: true }) },
    ],
    ['a web app', 'APP_NOT_ELIGIBLE', { app: app('x', { type: 'web' }) }],
    ['a service', 'APP_NOT_ELIGIBLE', { app: app('x', { type: 's2s' }) }],
    ['a disabled app', 'APP_NOT_ELIGIBLE', { app: app('x', { enabled: false }) }],
    ['an app without redirect URIs', 'APP_NOT_ELIGIBLE', { app: app('x', { redirectUris: [] }) }],
    ["the administrators' own panel", 'APP_NOT_ELIGIBLE', { app: app('admin-panel') }],
    ['no consent', 'CONSENT_REQUIRED', { app: closed }],
    [
      'a withdrawn consent',
      'CONSENT_REQUIRED',
      { app: closed, consent: { ...consent, revokedAt: NOW } },
    ],
    [
      'changes where looking was allowed',
      'CONSENT_REQUIRED',
      { app: closed, consent: { ...consent, mode: 'read_only' }, wish: { ...wish, mode: 'full' } },
    ],
    ['another one running', 'ALREADY_IMPERSONATING', { running: impersonation() }],
  ])('refuses %s with %s', (_, code, broken) => {
    expect(all.find((rule) => !rule.passes(facts(broken)))?.code).toBe(code)
  })

  it.each<[string, Partial<Facts>]>([
    [
      'a reason of ten characters',
      { ...asked({ requireReason: true }), wish: { ...wish, reason: '😀'.repeat(10) } },
    ],
    [
      'a ticket of the form',
      { ...asked({ ticketPattern: 'SUP-\\d+|X' }), wish: { ...wish, ticket: 'SUP-12' } },
    ],
    [
      'a login with a second factor just recent enough',
      { actor: { ...boss, mfaAt: NOW / 1000 - 300 } },
    ],
    [
      'a login with one factor where none is required',
      { ...asked({ requireMfa: false }), actor: { ...boss, mfaAt: null } },
    ],
    [
      'a user of the same organisation',
      { actor: manager, subject: account('jane', { organization: org('a') }) },
    ],
    [
      'staff where staff may be impersonated',
      { ...asked({ impersonateAdmins: true }), subject: account('x', { roles: ['y'] }) },
    ],
    ['a given consent', { app: closed, consent, wish: { ...wish, mode: 'full' } }],
    [
      'looking where looking was allowed',
      {
        app: closed,
        consent: { ...consent, mode: 'read_only' },
        wish: { ...wish, mode: 'read_only' },
      },
    ],
  ])('lets %s pass', (_, more) => {
    expect(all.filter((rule) => !rule.passes(facts(more)))).toEqual([])
  })

  it('says which second factor is asked for, and how recent (RFC 9470 §3)', () => {
    expect(decide(loginRules, facts({ actor: { ...boss, mfaAt: null } }))).toEqual({
      code: 'MFA_REQUIRED',
      details: { acr_values: 'urn:understudy:acr:mfa', max_age: 300 },
    })
  })
})

describe('a dry run', () => {
  it('lists every rule, and the code of each that fails', () => {
    const broken = facts({ app: app('x', { type: 'web' }), running: impersonation() })
    const results = explain(pairRules, broken)
    expect(results.map(({ rule, passed, code }) => [rule, passed, code])).toEqual([
      ['subject_and_app_known', true, undefined],
      ['subject', true, undefined],
      ['app', false, 'APP_NOT_ELIGIBLE'],
      ['consent', true, undefined],
      ['one_at_a_time', false, 'ALREADY_IMPERSONATING'],
    ])
    expect(results.every(({ description }) => description.endsWith('.'))).toBe(true)
  })

  it('fails every rule about a user or an app that is unknown, and reveals no more', () => {
    const results = explain(pairRules, facts({ subject: undefined, app: undefined }))
    expect(results.filter(({ passed }) => passed).map(({ rule }) => rule)).toEqual([
      'one_at_a_time',
    ])
  })

  it('is allowed exactly when a start is', () => {
    const options = fc.record({
      subject: fc.constantFrom(undefined, account('jane'), account('x', { roles: ['y'] })),
      app: fc.constantFrom(undefined, app('portal'), closed, app('x', { type: 'web' })),
      consent: fc.constantFrom(undefined, consent),
      running: fc.constantFrom(undefined, impersonation()),
    })
    fc.assert(
      fc.property(options, (some) => {
        const failed = explain(pairRules, facts(some)).find(({ passed }) => !passed)
        expect(decide(pairRules, facts(some))?.code).toBe(failed?.code)
      }),
    )
  })
})
