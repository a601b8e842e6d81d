import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor } from '../../admin-panel/server/actor.ts'
import type { Issuer } from '../../admin-panel/server/issuer.ts'
import type { S2s, S2sCall } from '../../admin-panel/server/s2s.ts'
import type { Session } from '../../admin-panel/server/sessions.ts'
import { besides } from '../support/beside.ts'
import { signOut } from '../support/sign-out.ts'
import type { PanelScene } from './panel-scene.ts'
import { exportsIn, leave, panelScene } from './panel-scene.ts'
import type { PanelVisitor } from './panel-visitor.ts'
import { refusal, SESSION_EXPIRED, sessionOf, signedIn } from './panel-visitor.ts'

const ROOT = 'root@acme.test'
const START = '/api/users/usr_jane/impersonation/acme-portal'

let scene: PanelScene
let root: PanelVisitor

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  scene = await panelScene()
})
beforeEach(async () => {
  root = await signedIn(scene)
  scene.cast.secrets.add(sessionOf(root))
})
afterEach(() => leave(scene))
afterAll(async () => {
  await scene.close()
  vi.useRealTimers()
})

const pass = (ms: number): unknown => vi.setSystemTime(Date.now() + ms)

describe('the second factor and the tokens', () => {
  it('J09 starts and exports with a fresh second factor only, and ends without', async () => {
    const live = await root.post(START)
    pass(301_000)
    const stale = refusal(
      'insufficient_user_authentication',
      'MFA_REQUIRED',
      'A recent login with a second factor is required.',
      { acr_values: 'urn:understudy:acr:mfa', max_age: 300 },
    )
    const path = '/api/audit-events/export?format=csv'
    for (const answer of [
      await root.get(path),
      await root.post('/api/users/usr_omar/impersonation/acme-portal'),
    ]) {
      expect([answer.status, answer.body]).toEqual([403, stale])
    }
    expect(await scene.cast.audit({ action: 'audit.exported' })).toEqual([])
    expect((await root.delete(`/api/impersonations/${live.body.impersonation_id}`)).status).toBe(
      204,
    )

    await root.signIn(ROOT, '/auth/login?step_up=1')
    const file = await root.get(path)
    expect(file.status).toBe(200)
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="audit-events.csv"')
    expect(file.body.split('\r\n').length).toBeGreaterThan(50)
    const exported = await exportsIn(scene, 2)
    expect(
      exported.map(({ actor, service, details }) => [actor, service, details['complete']]),
    ).toEqual([
      // When it began, and when all of it was out.
      ['usr_root', 'admin-panel', undefined],
      ['usr_root', 'admin-panel', true],
    ])
    expect((await root.post('/api/users/usr_omar/impersonation/acme-portal')).status).toBe(200)
  })

  it('J16 asks once more with a new token when the one it has is refused, and no more', async () => {
    const beside = await besides(scene.booted)
    const denied = { action: 'impersonation.denied', code: 'IMPERSONATOR_TOKEN_INVALID' } as const
    const before = (await scene.cast.audit(denied)).length
    expect((await root.get('/api/me')).status).toBe(200)
    await beside.sql(`delete from oidc_model where model = 'AccessToken'`)
    const session = sessionOf(root)
    const started = await root.post(START)
    expect(started.status).toBe(200)
    expect(sessionOf(root)).toBe(session)
    expect((await scene.cast.audit(denied)).length).toBe(before + 1)
    expect((await root.delete(`/api/impersonations/${started.body.impersonation_id}`)).status).toBe(
      204,
    )

    await beside.sql(`delete from oidc_model where model in ('AccessToken', 'RefreshToken')`)
    const over = await root.post(START)
    expect([over.status, over.body]).toEqual([401, SESSION_EXPIRED])
    expect(sessionOf(root)).toBe('')
    expect((await scene.cast.audit(denied)).length).toBe(before + 2)
    await beside.close()
  })

  it('renews a token that is about to expire once, however many requests need it', async () => {
    const asked = (): number => scene.booted.log().split('"path":"/token"').length
    pass(600_000 - 34_000)
    // From here on the account is known for five seconds, so that nothing makes requests wait in line.
    expect((await root.get('/api/users')).status).toBe(200)
    pass(4500)
    const before = asked()
    const answers = await Promise.all(Array.from({ length: 8 }, () => root.get('/api/users')))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    // One for the administrator and, at the most, one for the panel itself.
    expect([1, 2]).toContain(asked() - before)
    expect((await root.get('/api/users')).status).toBe(200)
  })

  it('lets requests that need a new token at the same moment wait for the same one', async () => {
    const tokens = { accessToken: 'new', refreshToken: 'next', expiresAt: Infinity }
    const used: string[] = []
    const arrived = Promise.withResolvers<void>()
    const issuer = {
      async renew(refreshToken: string) {
        used.push(refreshToken)
        await arrived.promise
        return tokens
      },
    } as unknown as Issuer
    const s2s = { call: async ({ actorToken }: S2sCall) => actorToken } as unknown as S2s
    const session: Session = {
      key: 'key',
      sub: 'usr_root',
      createdAt: 0,
      usedAt: 0,
      mfaAt: null,
      tokens: { accessToken: 'old', refreshToken: 'first', expiresAt: 0 },
      renewal: null,
      known: null,
    }
    const origin = { ip: '::1', userAgent: 'test', gone: new AbortController().signal }
    const actor = createActor({ s2s, issuer, clock: Date.now }, session, origin)
    const calls = [actor.get('/a'), actor.get('/b'), actor.get('/c')]
    arrived.resolve()
    expect(await Promise.all(calls)).toEqual(['new', 'new', 'new'])
    expect([used, session.tokens]).toEqual([['first'], tokens])
  })

  it('J17 starts one of two that were asked for at once, and replaces it when told to', async () => {
    const other = await signedIn(scene)
    const both = await Promise.all([root.post(START), other.post(START)])
    const [won, lost] = both.toSorted((a, b) => a.status - b.status)
    expect([won?.status, lost?.status, lost?.body.code]).toEqual([
      200,
      409,
      'ALREADY_IMPERSONATING',
    ])
    const first = String(won?.body.impersonation_id)
    expect(lost?.body.impersonation).toMatchObject({ id: first, actor: { sub: 'usr_root' } })

    const wrong = '/api/users/usr_omar/impersonation/acme-billing'
    const refused = await root.post(wrong, { endCurrent: true })
    expect([refused.status, refused.body.code]).toEqual([403, 'CONSENT_REQUIRED'])
    expect((await root.get('/api/me')).body.live.id).toBe(first)

    const path = '/api/users/usr_omar/impersonation/acme-portal'
    const next = await root.post(path, { endCurrent: true })
    expect(next.status).toBe(200)
    expect((await root.get('/api/me')).body.live.id).toBe(next.body.impersonation_id)
    const [ended] = await scene.cast.audit({ action: 'impersonation.ended', impersonation: first })
    expect(ended).toMatchObject({ actor: 'usr_root', details: { ended_by: 'impersonator' } })
  })

  it('J18 stays signed in after the impersonation has ended', async () => {
    const session = sessionOf(root)
    for (const end of ['panel', 'app'] as const) {
      const { body } = await root.post(START)
      if (end === 'panel') await root.delete(`/api/impersonations/${body.impersonation_id}`)
      else {
        const tokens = await scene.cast.refresh(body.refresh_token)
        const token = tokens.body.access_token
        await scene.cast.request('POST', '/api/v1/impersonation/end', { token })
      }
      const me = await root.get('/api/me')
      expect([me.status, me.body.live, me.body.user.sub]).toEqual([200, null, 'usr_root'])
      expect(sessionOf(root)).toBe(session)
    }
    expect((await root.get('/api/users')).status).toBe(200)
  })

  it('ends when the administrator signs out at the issuer', async () => {
    await signOut(scene.booted, root.issuer.jar)
    pass(5000)
    const { status, body } = await root.get('/api/users')
    expect([status, body]).toEqual([401, SESSION_EXPIRED])
  })

  it('names the administrator in the audit trail for what they looked at', async () => {
    const before = (await scene.cast.audit({ action: 'user.viewed', subject: 'usr_omar' })).length
    await root.get('/api/users/usr_omar')
    const seen = await scene.cast.audit({ action: 'user.viewed', subject: 'usr_omar' })
    expect(seen.slice(before).map(({ actor, service }) => [actor, service])).toEqual([
      ['usr_root', 'admin-panel'],
    ])
  })
})
