import { expect } from 'vitest'
import type { AuditEvent } from 'understudy'
import type { EndReason } from '../../server/src/impersonation/ending.ts'
import { endReasons } from '../../server/src/impersonation/ending.ts'
import type { Booted } from './boot.ts'
import type { Cast, JsonAnswer, StartInput } from './cast.ts'

/** An impersonation that was started and used once. */
export interface Begun {
  readonly id: string
  /** The refresh token from the start, consumed by now. */
  readonly first: string
  readonly refreshToken: string
  readonly accessToken: string
  readonly idToken: string
  /** Epoch seconds. */
  readonly expiresOn: number
}

/** Limits and login ages that no test of another subject should run into. */
export const roomy = {
  STARTS_PER_ACTOR: '1000000',
  STARTS_PER_SERVICE: '1000000',
  MFA_MAX_AGE_SECONDS: '86400',
} as const

export async function started(cast: Cast, input: Partial<StartInput> = {}): Promise<JsonAnswer> {
  const answer = await cast.start(input)
  expect(answer).toMatchObject({ status: 200 })
  return answer
}

export async function begin(cast: Cast, input: Partial<StartInput> = {}): Promise<Begun> {
  const { body } = await started(cast, input)
  const refreshed = await cast.refresh(body.refresh_token, {
    client_id: input.app ?? 'acme-portal',
  })
  expect(refreshed).toMatchObject({ status: 200 })
  return {
    id: body.impersonation_id,
    first: body.refresh_token,
    refreshToken: refreshed.body.refresh_token,
    accessToken: refreshed.body.access_token,
    idToken: refreshed.body.id_token,
    expiresOn: body.refresh_token_expires_on,
  }
}

/** Ends whatever runs, and gives the people and apps of the scene back what tests take from them. */
export async function clearStage({ parts }: Booted): Promise<void> {
  const { accounts, apps, consents, impersonations } = parts.storage
  const nobody = { requestId: null, ip: null, userAgent: null }
  for (const app of ['acme-portal', 'acme-billing']) {
    for (const { id } of await impersonations.findOpenOf({ app })) {
      await parts.impersonation.revoke(id, nobody)
    }
    await apps.setEnabled(app, true)
  }
  await accounts.setStatus('usr_root', 'active')
  await accounts.setRoles('usr_root', ['super_admin'])
  await accounts.setStatus('usr_jane', 'active')
  await accounts.setRoles('usr_jane', [])
  const scope = 'openid profile email orders:read orders:write offline_access'
  for (const app of ['acme-portal', 'acme-billing']) {
    await consents.grant('usr_jane', app, scope, Date.now())
  }
}

const INVALID_GRANT = { error: 'invalid_grant', error_description: 'grant request is invalid' }

/** A refusal of the token endpoint as RFC 6749 §5.2 wants it, which also leaves nothing behind. */
export function expectInvalidGrant(answer: JsonAnswer): void {
  expect([answer.status, answer.body]).toEqual([400, INVALID_GRANT])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.getSetCookie()).toEqual([])
}

type Tokens = Partial<Pick<Begun, 'refreshToken' | 'accessToken'>> & { readonly client?: string }

/** No token of it is good for anything any more, anywhere. */
export async function expectDead(cast: Cast, tokens: Tokens): Promise<void> {
  const { refreshToken, accessToken, client = 'acme-portal' } = tokens
  for (const token of [refreshToken, accessToken]) {
    if (token === undefined) continue
    const { status, body } = await cast.introspect(token)
    expect([status, body]).toEqual([200, { active: false }])
  }
  if (refreshToken !== undefined) {
    expectInvalidGrant(await cast.refresh(refreshToken, { client_id: client }))
  }
  if (accessToken === undefined) return
  const userinfo = await cast.userinfo(accessToken)
  const error_description = 'invalid token provided'
  expect([userinfo.status, userinfo.body]).toEqual([
    401,
    { error: 'invalid_token', error_description },
  ])
  const own = await cast.request('GET', '/api/v1/impersonation', { token: accessToken })
  expect([own.status, own.body.error]).toEqual([401, 'invalid_token'])
}

/** Every way of asking says that it is alive; the refresh token is not used up by asking. */
export async function expectAlive(cast: Cast, tokens: Tokens): Promise<void> {
  const { refreshToken, accessToken } = tokens
  for (const token of [refreshToken, accessToken]) {
    if (token !== undefined) expect((await cast.introspect(token)).body.active).toBe(true)
  }
  if (accessToken !== undefined) expect((await cast.userinfo(accessToken)).status).toBe(200)
}

export const endedEvents = (cast: Cast, id: string): Promise<AuditEvent[]> =>
  cast.audit({ impersonation: id, action: 'impersonation.ended' })

/** The record says how it ended, and the audit trail says the same, once. */
export async function expectEnded(
  booted: Booted,
  cast: Cast,
  id: string,
  reason: EndReason,
): Promise<void> {
  const row = await booted.parts.storage.impersonations.find(id)
  const by = endReasons[reason]
  expect(row?.ended).toEqual({ at: expect.any(Number) as number, by, reason })
  const events = await endedEvents(cast, id)
  expect(
    events.map(({ actor, subject, app, details, outcome }) => [
      { actor, subject, app, outcome },
      details['ended_by'],
      details['end_reason'],
    ]),
  ).toEqual([
    [{ actor: row?.actor, subject: row?.subject, app: row?.app, outcome: 'success' }, by, reason],
  ])
}

export async function expectOpen(booted: Booted, cast: Cast, id: string): Promise<void> {
  expect((await booted.parts.storage.impersonations.find(id))?.ended).toBe(null)
  expect(await endedEvents(cast, id)).toEqual([])
}
