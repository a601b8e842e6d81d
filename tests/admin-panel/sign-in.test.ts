import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { besides } from '../support/beside.ts'
import type { PanelScene } from './panel-scene.ts'
import { panelScene } from './panel-scene.ts'
import { missing, PanelVisitor, sessionOf, SESSION_EXPIRED, signedIn } from './panel-visitor.ts'

const ROOT = 'root@acme.test'
const MINUTE = 60_000
const SIGN_IN_OVER: unknown = expect.stringMatching(
  /^understudy_panel_sign_in_[\w-]{22}=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/,
)

let scene: PanelScene

beforeAll(async () => {
  // Only the date is ours: timers and I/O run as ever, and nothing sleeps.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  scene = await panelScene()
})
afterEach(() => vi.setSystemTime(Date.now()))
afterAll(async () => {
  await scene.close()
  vi.useRealTimers()
})

const pass = (ms: number): unknown => vi.setSystemTime(Date.now() + ms)

describe('signing in', () => {
  it('asks the issuer with PKCE, state and nonce, and says who came back', async () => {
    const visitor = new PanelVisitor(scene)
    const sent = await visitor.open('/auth/login?return_to=/users/usr_jane%3Ftab%3Dsessions')
    expect(sent.status).toBe(303)
    const target = new URL(sent.headers.get('location') ?? '')
    expect(target.origin + target.pathname).toBe(`${scene.booted.issuer}/auth`)
    expect(Object.fromEntries(target.searchParams)).toEqual({
      client_id: 'admin-panel',
      response_type: 'code',
      redirect_uri: `${scene.url}/auth/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
    })
    expect(sent.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^understudy_panel_sign_in_[\w-]{22}=[\w-]{300,700}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ])

    const back = await visitor.signIn(
      ROOT,
      '/auth/login?return_to=/users/usr_jane%3Ftab%3Dsessions',
    )
    expect([back.status, back.headers.get('location')]).toEqual([
      303,
      '/users/usr_jane?tab=sessions',
    ])
    expect(back.headers.get('cache-control')).toBe('no-store')
    expect(back.headers.getSetCookie()).toEqual([
      SIGN_IN_OVER,
      expect.stringMatching(/^understudy_panel=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ])

    const me = await visitor.get('/api/me')
    expect([me.status, me.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(me.body).toEqual({
      user: {
        sub: 'usr_root',
        email: ROOT,
        name: 'Robin Larsson',
        roles: ['super_admin'],
      },
      accesses: [
        'read_user',
        'read_app',
        'impersonation',
        'read_impersonation',
        'revoke_impersonation',
        'read_audit',
        'export_audit',
        'read_settings',
      ],
      issuer: scene.booted.issuer,
      mfa_at: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString(),
      idle_seconds: 900,
      live: null,
      languages: ['en', 'de'],
    })
  })

  it('gives cookies that no neighbour and no clear text can touch, over https', async () => {
    const { createCookies } = await import('../../admin-panel/server/cookies.ts')
    const set: string[] = []
    const append = (_: string, cookie: string): number => set.push(cookie)
    const ctx = { append, get: () => '' } as never
    const { session, signIn } = createCookies('https://panel.example')
    session.write(ctx, 'a')
    signIn.write(ctx, 'state', 'b')
    session.clear(ctx)
    expect(set).toEqual([
      '__Host-understudy_panel=a; Path=/; HttpOnly; SameSite=Strict; Secure',
      expect.stringMatching(
        /^__Host-understudy_panel_sign_in_[\w-]{22}=b; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      ),
      '__Host-understudy_panel=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict; Secure',
    ])
  })

  it('tells the browser nothing that could be used at the issuer', async () => {
    const visitor = await signedIn(scene)
    const { cast, booted } = scene
    const { body } = await cast.introspect(sessionOf(visitor))
    expect(body).toEqual({ active: false })
    expect(JSON.stringify((await visitor.get('/api/me')).body)).not.toMatch(/token/)
    expect(scene.log()).not.toContain(sessionOf(visitor))
    expect(booted.log()).not.toContain(sessionOf(visitor))
  })

  it('begins with a new session, whatever the browser had before', async () => {
    const visitor = new PanelVisitor(scene)
    const planted = 'A'.repeat(43)
    visitor.jar.cookies.set('understudy_panel', planted)
    await visitor.signIn(ROOT)
    const first = sessionOf(visitor)
    expect(first).not.toBe(planted)
    await visitor.signIn(ROOT)
    expect(sessionOf(visitor)).not.toBe(first)

    for (const old of [planted, first]) {
      const thief = new PanelVisitor(scene)
      thief.jar.cookies.set('understudy_panel', old)
      const { status, body } = await thief.get('/api/me')
      expect([status, body]).toEqual([401, SESSION_EXPIRED])
    }
    expect((await visitor.get('/api/me')).status).toBe(200)
  })

  it('takes a way back once, in the browser it began in, and as it was', async () => {
    const visitor = new PanelVisitor(scene)
    const callback = await visitor.toCallback(ROOT)
    const victim = new PanelVisitor(scene)
    await victim.open('/auth/login')
    const refused = [
      await victim.open(callback),
      await new PanelVisitor(scene).open(callback),
      await visitor.open(callback.replace(/state=[^&]*/, 'state=other')),
      await visitor.open('/auth/callback'),
      await visitor.open('/auth/callback?error=access_denied'),
    ]
    for (const { status, body, headers } of refused) {
      expect(status).toBe(400)
      expect(body).toContain('SIGN_IN_FAILED')
      expect(headers.getSetCookie().filter((each) => each.startsWith('understudy_panel='))).toEqual(
        [],
      )
    }
    expect((await visitor.open(callback)).status).toBe(303)
    expect((await visitor.open(callback)).status).toBe(400)
    // A code that came twice would cost the first one its tokens (RFC 6749 §4.1.2), had it gone through.
    pass(5000)
    expect((await visitor.get('/api/users')).status).toBe(200)
    const foreign = await visitor.toCallback(ROOT)
    const mixed = foreign.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fother.test')
    expect((await visitor.open(mixed)).status).toBe(400)
  })

  it('lets several tabs of a browser sign in at once', async () => {
    const visitor = new PanelVisitor(scene)
    const first = await visitor.toCallback(ROOT)
    const second = await visitor.toCallback(ROOT)
    for (const callback of [second, first]) expect((await visitor.open(callback)).status).toBe(303)
  })

  it.each([
    ['//evil.test/'],
    ['/\\evil.test/'],
    ['https://evil.test/'],
    ['javascript:alert(1)'],
    ['/\t/evil.test'],
    ['/auth/login'],
    ['/api/me'],
    ['/a/../auth/login'],
    ['/%0d%0aset-cookie:a=b\r\n'],
    [`/${'a'.repeat(3000)}`],
    [''],
  ])('returns to the panel’s first page when asked to return to %j', async (wanted) => {
    const visitor = new PanelVisitor(scene)
    const back = await visitor.signIn(ROOT, `/auth/login?return_to=${encodeURIComponent(wanted)}`)
    expect([back.status, back.headers.get('location')]).toEqual([303, '/'])
  })

  it('has nothing for a customer, keeps no session, and lets somebody else sign in', async () => {
    const visitor = new PanelVisitor(scene)
    const { status, body, headers } = await visitor.signIn('jane@customer.test')
    expect([status, headers.getSetCookie()]).toEqual([403, [SIGN_IN_OVER]])
    expect(body).toContain('ACCESS_MISSING')
    expect(body).toContain('href="/auth/login?switch=1"')
    expect((await visitor.get('/api/me')).status).toBe(401)
    const again = await visitor.open('/auth/login?switch=1')
    expect(new URL(again.headers.get('location') ?? '').searchParams.get('prompt')).toBe('login')
  })
})

describe('a session', () => {
  it('ends after 15 idle minutes, and is kept alive by use, but not by the panel’s own refreshing', async () => {
    const visitor = await signedIn(scene)
    const old = sessionOf(visitor)
    pass(14 * MINUTE)
    expect((await visitor.get('/api/apps')).status).toBe(200)
    pass(14 * MINUTE)
    expect((await visitor.get('/api/me')).status).toBe(200)
    const background = { headers: { 'x-background': '1' } }
    expect((await visitor.send('GET', '/api/apps', background)).status).toBe(200)
    pass(2 * MINUTE)
    const { status, body, headers } = await visitor.get('/api/me')
    expect([status, body]).toEqual([401, SESSION_EXPIRED])
    expect(headers.getSetCookie()).toEqual([
      'understudy_panel=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ])
    visitor.jar.cookies.set('understudy_panel', old)
    expect((await visitor.get('/api/me')).status).toBe(401)
  })

  it('ends after eight hours, however busy', async () => {
    const visitor = await signedIn(scene)
    for (let spent = 0; spent < 8 * 60 - 10; spent += 10) {
      pass(10 * MINUTE)
      expect((await visitor.get('/api/apps')).status, `after ${spent + 10} min`).toBe(200)
    }
    pass(10 * MINUTE)
    expect((await visitor.get('/api/apps')).status).toBe(401)
  })

  it('is over with sign-out: session, tokens, and what ran in its name; the issuer’s login stays', async () => {
    const visitor = await signedIn(scene)
    const start = await visitor.post('/api/users/usr_jane/impersonation/acme-portal')
    expect(start.status).toBe(200)
    const held = sessionOf(visitor)
    const beside = await besides(scene.booted)
    const tokens = async (): Promise<number> =>
      (
        await beside.sql(
          `select id from oidc_model where model in ('AccessToken', 'RefreshToken')
           and payload like '%"admin-panel"%' and payload like '%"usr_root"%'`,
        )
      ).length
    const before = await tokens()
    const out = await visitor.post('/auth/logout')
    expect([out.status, out.body]).toEqual([204, ''])
    expect(sessionOf(visitor)).toBe('')
    expect(await tokens()).toBe(before - 2)
    await beside.close()
    visitor.jar.cookies.set('understudy_panel', held)
    expect((await visitor.get('/api/me')).status).toBe(401)

    const [ended] = await scene.cast.audit({
      action: 'impersonation.ended',
      impersonation: start.body.impersonation_id,
    })
    expect(ended).toMatchObject({ actor: 'usr_root', details: { ended_by: 'impersonator' } })
    expect((await scene.cast.refresh(start.body.refresh_token)).status).toBe(400)
    expect((await visitor.post('/auth/logout')).status).toBe(204)

    const again = await visitor.open('/auth/login')
    const direct = await visitor.issuer.open(again.headers.get('location') ?? '')
    expect(direct.url.startsWith(`${scene.url}/auth/callback?code=`)).toBe(true)
  })

  it('ends within five seconds of the account, the role, or the login at the issuer', async () => {
    const { accounts } = scene.booted.parts.storage
    const visitor = await signedIn(scene, 'root2@acme.test')
    expect((await visitor.get('/api/apps')).status).toBe(200)
    await accounts.setRoles('usr_root2', ['support_agent'])
    pass(5000)
    const forbidden = await visitor.get('/api/audit-events')
    expect([forbidden.status, forbidden.body]).toEqual([
      403,
      missing('read_audit', 'support_agent'),
    ])
    await accounts.setRoles('usr_root2', [])
    pass(5000)
    const nobody = await visitor.get('/api/me')
    expect([nobody.status, nobody.body]).toEqual([403, missing(null)])
    await accounts.setRoles('usr_root2', ['super_admin'])
    pass(5000)
    expect((await visitor.get('/api/me')).status).toBe(200)
    await accounts.setStatus('usr_root2', 'disabled')
    pass(5000)
    expect((await visitor.get('/api/me')).status).toBe(401)
    await accounts.setStatus('usr_root2', 'active')
    expect((await visitor.get('/api/me')).status).toBe(401)
  })
})

describe('a step-up', () => {
  it('asks for the second factor only, and renews the time of it', async () => {
    const visitor = await signedIn(scene)
    const before = sessionOf(visitor)
    pass(6 * MINUTE)
    const late = await visitor.post('/api/users/usr_jane/impersonation/acme-portal')
    expect([late.status, late.body.code, late.body.max_age]).toEqual([403, 'MFA_REQUIRED', 300])

    const sent = await visitor.open('/auth/login?step_up=1&return_to=/users/usr_jane')
    const asked = new URL(sent.headers.get('location') ?? '').searchParams
    expect([asked.get('acr_values'), asked.get('max_age'), asked.get('login_hint')]).toEqual([
      'urn:understudy:acr:mfa',
      '30',
      'root@acme.test',
    ])
    const page = await visitor.issuer.open(sent.headers.get('location') ?? '')
    expect(page.text).toContain('name="code"')
    expect(page.text).not.toContain('name="password"')

    const back = await visitor.signIn(ROOT, '/auth/login?step_up=1&return_to=/users/usr_jane')
    expect(back.headers.get('location')).toBe('/users/usr_jane')
    expect(sessionOf(visitor)).not.toBe(before)
    expect((await visitor.get('/api/me')).body.mfa_at).toBe(
      new Date(Math.floor(Date.now() / 1000) * 1000).toISOString(),
    )
    const now = await visitor.post('/api/users/usr_jane/impersonation/acme-portal')
    expect(now.status).toBe(200)
    await visitor.post('/auth/logout')
  })
})
