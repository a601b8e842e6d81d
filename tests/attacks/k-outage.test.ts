import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { besides } from '../support/beside.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { begin, expectAlive } from '../support/scene.ts'
import { authorization, passPages, PASSWORD, redeem, Visitor, wordsOf } from '../support/visitor.ts'

const JANE = 'jane@customer.test'

describe.each(['sqlite', 'postgres'] as const)('an audit trail that is full, on %s', (database) => {
  const stage = onStage(database)
  const full = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const beside = await besides(stage.booted)
    await beside.breakInserts('audit_event')
    try {
      return await work()
    } finally {
      await beside.repair('audit_event')
      await beside.close()
    }
  }
  const signIn = (): ReturnType<typeof stage.cast.signIn> =>
    stage.cast.signIn(JANE, {
      clientId: 'acme-portal',
      redirectUri: 'http://localhost:4002/callback',
      scope: 'openid profile email offline_access',
      params: { prompt: 'consent' },
    })

  it('K07 lets nobody in whose sign-in cannot be written down, and leaves alone who is in', async () => {
    const { cast, booted } = stage
    const jane = await signIn()
    for (const secret of [jane.idToken, jane.refreshToken ?? '']) cast.secrets.add(secret)
    const begun = await begin(cast, { actor: stage.root })
    const request = authorization('acme-portal')
    const visitor = new Visitor(booted.issuer)
    const login = await visitor.open(request.address)

    const answers: JsonAnswer[] = []
    const refused = await full(async () => {
      answers.push(
        await cast.refresh(jane.refreshToken ?? ''),
        await cast.userinfo(jane.accessToken),
        await cast.introspect(jane.accessToken),
        await cast.form(
          '/token',
          { grant_type: 'client_credentials', scope: 'root' },
          'acme-backend',
        ),
        await cast.introspect(begun.accessToken),
        await cast.form('/token', { grant_type: 'client_credentials' }, 'acme-nobody'),
      )
      return visitor.submit(login, { email: JANE, password: PASSWORD })
    })
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 401])
    // Sign-in is closed: nobody is inside of whom the trail does not say how they got there.
    expect(refused.status).toBe(503)
    expect(wordsOf(refused)).toContain('We cannot do this at the moment')
    expect(refused.headers.get('retry-after')).toBe('1')

    const again = await passPages(booted, visitor, await visitor.open(request.address), JANE)
    expect((await redeem(cast, request, again.url)).status).toBe(200)
    await expectAlive(cast, begun)
    expect(booted.log()).toContain('"alarm":true')
  })

  it('K03 names actor, subject, app and impersonation in all that happens while impersonating', async () => {
    const { cast, service } = stage
    let id = ''
    const trail = await stage.trail(async () => {
      const begun = await begin(cast, { actor: stage.root })
      id = begun.id
      const types = ['request', 'write_blocked', 'forbidden_route']
      const events = types.map((type) => ({ type, method: 'POST', route: '/orders' }))
      const json = { events }
      await cast.request('POST', `/api/v1/impersonations/${id}/events`, { token: service, json })
      await cast.userinfo(begun.accessToken)
      await cast.request('GET', '/api/v1/users', { token: begun.accessToken })
      const next = await cast.refresh(begun.refreshToken)
      await cast.form('/token/revocation', {
        token: next.body.refresh_token,
        client_id: 'acme-portal',
      })
    })
    const about = { actor: 'usr_root', subject: 'usr_jane', app: 'acme-portal', impersonation: id }
    expect(trail).toEqual(
      [
        ['impersonation.started', 'success', 'acme-backend'],
        ['impersonation.refreshed', 'success', null],
        ['impersonation.request', 'success', 'acme-backend'],
        ['impersonation.write_blocked', 'denied', 'acme-backend'],
        ['impersonation.forbidden_route', 'denied', 'acme-backend'],
        ['s2s.auth_failed', 'denied', null],
        ['impersonation.refreshed', 'success', null],
        ['impersonation.ended', 'success', null],
      ].map(([action, outcome, by]) =>
        expect.objectContaining({ ...about, action, outcome, service: by }),
      ),
    )
    expect(trail.at(-1)?.details).toMatchObject({ end_reason: 'token_revoked' })
    const path = `/api/v1/impersonations/${id}`
    const { body } = await cast.request('GET', path, { token: service })
    expect(body.timeline.map(({ action }: { action: string }) => action)).toEqual(
      trail.map(({ action }) => action),
    )
  })
})
