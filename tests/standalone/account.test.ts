import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { formsTo, press, visit } from '../support/account-visitor.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import {
  begin,
  clearStage,
  expectAlive,
  expectDead,
  expectEnded,
  expectOpen,
  roomy,
} from '../support/scene.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const OMAR = 'omar@customer.test'
const ROOT = 'root@acme.test'

let booted: Booted
let cast: Cast
beforeAll(async () => {
  booted = await boot({ env: roomy })
  cast = castOf(booted)
})
afterEach(() => clearStage(booted))
afterAll(() => booted.close())

describe('the account page', () => {
  it('asks whoever is not signed in to sign in, and comes back to the page that was wanted', async () => {
    const { seen } = await visit(booted, '/account/history', JANE)
    expect([seen.status, seen.url]).toEqual([200, `${booted.issuer}/account/history`])
    expect(seen.headers.get('cache-control')).toBe('no-store')
    expect(wordsOf(seen)).toContain(`Who acted as me Signed in as ${JANE}`)
    const [event] = (await cast.audit({ action: 'login.succeeded', actor: 'usr_jane' })).slice(-1)
    expect(event).toMatchObject({ app: 'urn:understudy:account', details: { amr: ['pwd'] } })
  })

  it('is reached with the session of a login for any app', async () => {
    const { jar } = await cast.signIn(ROOT)
    const page = await jar.follow(`${booted.issuer}/account`)
    expect(page.page).toContain(ROOT)
  })

  it('cannot be reached with any token, and none of an impersonation makes a session', async () => {
    const begun = await begin(cast)
    for (const token of [begun.accessToken, begun.refreshToken, begun.idToken]) {
      const answer = await cast.request('GET', '/account', { token })
      expect([answer.status, answer.headers.get('location')?.split('?')[0]]).toEqual([303, '/auth'])
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    const visitor = new Visitor(booted.issuer)
    const hinted = new URLSearchParams({
      client_id: 'acme-portal',
      response_type: 'code',
      redirect_uri: 'http://localhost:4002/callback',
      scope: 'openid',
      prompt: 'none',
      id_token_hint: begun.idToken,
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    const seen = await visitor.open(`/auth?${hinted.toString()}`)
    expect(new URL(seen.url).searchParams.get('error')).toBe('login_required')
    expect((await visitor.open('/account')).url).toContain('/interaction/')
    await expectAlive(cast, begun)
  })

  it('brings nobody elsewhere after a login, and the code that comes back opens nothing', async () => {
    const visitor = new Visitor(booted.issuer)
    for (const state of [
      'https://evil.example',
      '//evil.example',
      '/session/end',
      '/account/../x',
    ]) {
      const answer = await visitor.send(
        `${booted.issuer}/account/callback?${new URLSearchParams({ state, code: 'x' }).toString()}`,
      )
      expect(answer.headers.get('location')).toBe('/account')
    }
    const cancelled = await visitor.open('/account/callback?error=access_denied')
    expect([cancelled.status, wordsOf(cancelled)]).toEqual([
      400,
      expect.stringContaining('You are not signed in.'),
    ])
  })

  it('refuses a form of another session, of another origin, and without its secret', async () => {
    const begun = await begin(cast)
    const { visitor, seen } = await visit(booted, '/account', JANE)
    const other = await visit(booted, '/account', JANE)
    const path = `${booted.issuer}/account/impersonations/end`
    const [own = {}] = formsTo(seen, '/account/impersonations/end')
    const [foreign = {}] = formsTo(other.seen, '/account/impersonations/end')
    const tries = [
      { form: { ...own, csrf: foreign['csrf'] ?? '' }, headers: {} },
      { form: { id: begun.id }, headers: {} },
      { form: own, headers: { 'sec-fetch-site': 'cross-site' } },
      { form: own, headers: { origin: 'http://localhost:4002' } },
    ]
    for (const { form, headers } of tries) {
      const answer = await visitor.send(path, new URLSearchParams(form), headers)
      expect(answer.status).toBe(400)
    }
    await expectOpen(booted, cast, begun.id)
  })
})

describe('"Who acted as me"', () => {
  it('shows every impersonation with who, where, how, why, when and how it ended', async () => {
    const reason = 'Looks at <b>charger</b> 12'
    const { id } = await begin(cast, { body: { reason, mode: 'full' } })
    await cast.request('DELETE', `/api/v1/impersonations/${id}`, {
      token: await cast.serviceToken(),
    })
    const { seen } = await visit(booted, '/account/history', JANE)
    const first = wordsOf(seen).split('stays here.')[1] ?? ''
    expect(first).toMatch(
      /^ Robin Larsson in Acme Portal root@acme\.test · \d+ \w+ \d{4}, \d\d:\d\d UTC to \d+ \w+ \d{4}, \d\d:\d\d UTC Full access: they can change things in your name\. Reason: Looks at &lt;b&gt;charger&lt;\/b&gt; 12 An administrator ended it\./,
    )
    expect(formsTo(seen, '/account/impersonations/end')).toEqual([])
  })

  it('shows nobody what was done as somebody else', async () => {
    await begin(cast, { user: 'usr_jane' })
    const { seen } = await visit(booted, '/account', OMAR)
    expect(wordsOf(seen)).toContain('Acting for you right now Nobody.')
  })

  it('ends a live one at once, as the subject, with its event', async () => {
    const begun = await begin(cast)
    const { visitor, seen } = await visit(booted, '/account', JANE)
    expect(wordsOf(seen)).toContain('Robin Larsson in Acme Portal Now')
    const after = await press(visitor, seen, '/account/impersonations/end', { id: begun.id })
    expect(wordsOf(after)).toContain('It has ended.')
    expect(wordsOf(after)).toContain('Acting for you right now Nobody.')
    await expectEnded(booted, cast, begun.id, 'ended_by_subject')
    await expectDead(cast, begun)
  })

  it('ends nothing of somebody else', async () => {
    const begun = await begin(cast)
    const { visitor, seen } = await visit(booted, '/account', OMAR)
    const csrf = /name="csrf" value="([^"]*)"/.exec(seen.text)?.[1] ?? ''
    await visitor.send(
      `${booted.issuer}/account/impersonations/end`,
      new URLSearchParams({ csrf, id: begun.id }),
    )
    await expectOpen(booted, cast, begun.id)
  })

  it('goes back page by page, and answers a made-up cursor with the newest', async () => {
    const { visitor, seen } = await visit(booted, '/account/history?cursor=nonsense', JANE)
    expect(seen.status).toBe(200)
    expect((await visitor.open('/account/history?cursor=%00')).status).toBe(200)
  })
})

describe('apps and sessions', () => {
  it('lets consent be withdrawn, which ends live impersonations and what the app was given', async () => {
    const { refreshToken } = await cast.signIn(JANE, {
      clientId: 'acme-billing',
      redirectUri: 'http://localhost:4003/callback',
      scope: 'openid offline_access',
      params: { prompt: 'consent' },
    })
    const begun = await begin(cast, { app: 'acme-billing' })
    const { visitor, seen } = await visit(booted, '/account', JANE)
    const after = await press(visitor, seen, '/account/apps/withdraw', { app: 'acme-billing' })
    expect(formsTo(after, '/account/apps/withdraw').map(({ app }) => app)).toEqual(['acme-portal'])
    await expectEnded(booted, cast, begun.id, 'consent_withdrawn')
    const refreshed = await cast.refresh(refreshToken ?? '', { client_id: 'acme-billing' })
    expect(refreshed.body).toMatchObject({ error: 'invalid_grant' })
    const [event] = (await cast.audit({ action: 'consent.revoked' })).slice(-1)
    expect(event).toMatchObject({
      outcome: 'success',
      actor: 'usr_jane',
      subject: 'usr_jane',
      app: 'acme-billing',
      details: {},
    })
  })

  it('signs out elsewhere, one browser or all others, and ends what was started from there', async () => {
    const { accessToken } = await cast.signIn(ROOT)
    const begun = await begin(cast, { actor: accessToken })
    const { visitor, seen } = await visit(booted, '/account', ROOT)
    const forms = formsTo(seen, '/account/sessions/end')
    expect(forms.length).toBeGreaterThan(1)
    const after = await press(visitor, seen, '/account/sessions/end', {
      id: forms[0]?.['id'] ?? '',
    })
    expect(formsTo(after, '/account/sessions/end').length).toBeLessThan(forms.length)
    const { csrf = '' } = forms[0] ?? {}
    await visitor.send(`${booted.issuer}/account/sessions/end`, new URLSearchParams({ csrf }))
    const alone = await visitor.open('/account')
    expect(formsTo(alone, '/account/sessions/end')).toEqual([])
    await expectEnded(booted, cast, begun.id, 'impersonator_signed_out')
    expect((await cast.userinfo(accessToken)).status).toBe(401)
  })
})

describe('GET /api/v1/users/{userId}/sessions', () => {
  it('lists where somebody is signed in, without anything that opens the session', async () => {
    const { jar } = await cast.signIn('olga@northwind.test')
    const token = await cast.serviceToken('acme-backend', 'read_user')
    const answer = await cast.request('GET', '/api/v1/users/usr_olga/sessions', { token })
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string
    expect([answer.status, answer.headers.get('cache-control'), answer.body]).toEqual([
      200,
      'no-store',
      {
        items: [
          {
            id: expect.stringMatching(/^ses_[0-9a-f]{32}$/) as string,
            signed_in_at: timestamp,
            expires_at: timestamp,
            amr: ['pwd', 'otp', 'mfa'],
            apps: ['admin-panel'],
          },
        ],
        next_cursor: null,
      },
    ])
    const cookie = jar.cookies.get('understudy_session') ?? 'none'
    expect(JSON.stringify(answer.body)).not.toContain(cookie)
    const [event] = (await cast.audit({ action: 'user.viewed', subject: 'usr_olga' })).slice(-1)
    expect(event).toMatchObject({ outcome: 'success', service: 'acme-backend' })
    const unknown = await cast.request('GET', '/api/v1/users/usr_nobody/sessions', { token })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'NOT_FOUND'])
  })
})
