import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Account } from 'understudy'
import {
  hasFreshSecondFactor,
  isWithinReach,
  reachOf,
} from '../../server/src/impersonation/authority.ts'
import { account } from '../support/plain-directory.ts'
import { org, settings } from '../support/rules.ts'

describe('how far an account may reach', () => {
  it.each<[string, Account | undefined, string]>([
    ['no account', undefined, 'nobody'],
    ['no role', account('x'), 'nobody'],
    ['another role', account('x', { roles: ['clerk'] }), 'nobody'],
    ['a role that only looks alike', account('x', { roles: ['Boss', 'boss '] }), 'nobody'],
    ['a disabled account', account('x', { roles: ['boss'], status: 'disabled' }), 'nobody'],
    ['a role without limit', account('x', { roles: ['clerk', 'boss'] }), 'everyone'],
    ['a role within the organisation', account('x', { roles: ['manager'] }), 'own_organization'],
    ['both, where the wider counts', account('x', { roles: ['manager', 'boss'] }), 'everyone'],
  ])('%s', (_, who, reach) => {
    expect(reachOf(who, settings)).toBe(reach)
  })

  it('is nobody when no role is configured', () => {
    expect(reachOf(account('x', { roles: ['boss'] }), { impersonationRoles: [] })).toBe('nobody')
  })
})

describe('who is within reach', () => {
  const organization = fc.constantFrom(null, org('a'), org('b'))

  it('is everyone, or nobody, whatever the organisations', () => {
    fc.assert(
      fc.property(organization, organization, (one, other) => {
        const actor = account('x', { organization: one })
        const subject = account('y', { organization: other })
        expect(isWithinReach(actor, subject, 'everyone')).toBe(true)
        expect(isWithinReach(actor, subject, 'nobody')).toBe(false)
      }),
    )
  })

  it('is a member of the same organisation; having none is not having the same', () => {
    fc.assert(
      fc.property(organization, organization, (one, other) => {
        const actor = account('x', { organization: one })
        const subject = account('y', { organization: other })
        const same = one !== null && one.id === other?.id
        expect(isWithinReach(actor, subject, 'own_organization')).toBe(same)
      }),
    )
  })

  it('is decided by the id of the organisation, not by its name', () => {
    const actor = account('x', { organization: { id: 'a', name: 'Same' } })
    const subject = account('y', { organization: { id: 'b', name: 'Same' } })
    expect(isWithinReach(actor, subject, 'own_organization')).toBe(false)
  })
})

describe('a second factor', () => {
  const required = { requireMfa: true, mfaMaxAgeSeconds: 300 }

  it.each([
    [null, false],
    [699, false],
    [700, true],
    [1000, true],
    // Another node's clock may be ahead.
    [1001, true],
  ])('used at %j is recent enough at 1000: %j', (mfaAt, fresh) => {
    expect(hasFreshSecondFactor({ mfaAt }, required, 1000)).toBe(fresh)
  })

  it('is not asked for where none is required', () => {
    const relaxed = { ...required, requireMfa: false }
    expect(hasFreshSecondFactor({ mfaAt: null }, relaxed, 1000)).toBe(true)
  })
})
