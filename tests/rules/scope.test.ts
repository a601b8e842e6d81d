import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { issuedScope } from '../../server/src/impersonation/scope.ts'
import { app } from '../support/plain-directory.ts'

const consentTo = (
  scope: string,
): { app: string; scope: string; grantedAt: number; revokedAt: null } => ({
  app: 'portal',
  scope,
  grantedAt: 0,
  revokedAt: null,
})

describe('contract §3: the issued scope', () => {
  const open = app('portal')
  const closed = app('portal', { requireConsent: true })

  it.each([
    [
      'is the scope of the app where no consent is required',
      open,
      undefined,
      'full',
      'openid profile orders:read orders:write',
    ],
    [
      'leaves write scopes out in read-only mode',
      open,
      undefined,
      'read_only',
      'openid profile orders:read',
    ],
    [
      'is what was consented to where consent is required',
      closed,
      'openid orders:write',
      'full',
      'openid orders:write',
    ],
    [
      'leaves consented write scopes out in read-only mode',
      closed,
      'openid orders:write',
      'read_only',
      'openid',
    ],
    ['has openid though nobody consented to it', closed, 'profile', 'full', 'openid profile'],
    ['is openid without any consent', closed, undefined, 'full', 'openid'],
    ['never contains offline_access', closed, 'offline_access profile', 'full', 'openid profile'],
    [
      'is never more than the app may ask for now',
      closed,
      'openid profile email',
      'full',
      'openid profile',
    ],
    [
      'ignores a consent where none is required',
      open,
      'openid',
      'read_only',
      'openid profile orders:read',
    ],
    ['names each scope once', closed, ' profile  profile openid', 'full', 'openid profile'],
  ] as const)('%s', (_, where, consented, mode, expected) => {
    const consent = consented === undefined ? undefined : consentTo(consented)
    expect(issuedScope(where, consent, mode)).toBe(expected)
  })

  it('is always within both consent and registration, and grows with nothing but openid', () => {
    const words = ['openid', 'profile', 'email', 'orders:read', 'orders:write', 'offline_access']
    const some = fc.subarray(words).map((list) => list.join(' '))
    const writeScopes = fc.subarray(words)
    const mode = fc.constantFrom('full' as const, 'read_only' as const)
    fc.assert(
      fc.property(some, some, writeScopes, mode, (registered, consented, writes, asked) => {
        const where = app('x', { requireConsent: true, scope: registered, writeScopes: writes })
        const issued = issuedScope(where, consentTo(consented), asked).split(' ')
        expect(issued[0]).toBe('openid')
        for (const scope of issued.slice(1)) {
          expect(registered.split(' ')).toContain(scope)
          expect(consented.split(' ')).toContain(scope)
          expect(scope).not.toBe('offline_access')
          expect(asked === 'full' || !writes.includes(scope)).toBe(true)
        }
      }),
    )
  })
})
