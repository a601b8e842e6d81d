import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { press, visit } from '../support/account-visitor.ts'
import { errorBody } from '../support/attack.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { clearStage, roomy, started } from '../support/scene.ts'
import { advance, resetClock } from '../support/turned-clock.ts'
import { wordsOf } from '../support/visitor.ts'

const OMAR = 'omar@customer.test'
const PATH = '/api/v1/users/usr_omar/consent-requests/acme-billing'
const NOBODY = { requestId: null, ip: null, userAgent: null }
const REASON = 'He cannot open his latest invoice'
const LOOKING = 'openid profile email orders:read offline_access'

let booted: Booted
let cast: Cast
let root: string
let service: string
beforeAll(async () => {
  booted = await boot({ env: { ...roomy, STARTS_PER_ACTOR: '1000' } })
  cast = castOf(booted)
  root = (await cast.signIn('root@acme.test')).accessToken
  service = await cast.serviceToken()
})
afterEach(async () => {
  resetClock()
  const { storage, clock } = booted.parts
  const pending = await storage.consentRequests.findPending('usr_omar', 'acme-billing', clock())
  if (pending !== undefined) {
    await storage.consentRequests.decide(pending.id, 'declined', clock())
  }
  await storage.consents.revoke('usr_omar', 'acme-billing', clock())
  await booted.parts.storage.limits.take(
    { name: 'consent-pair', points: 5, window: 1 },
    'usr_omar|acme-billing',
    -1,
  )
})
afterAll(() => booted.close())

interface Asked {
  readonly path?: string
  readonly actor?: string | null
  readonly token?: string
}

const ask = (
  json: object = { reason: REASON },
  { path = PATH, actor = root, token = service }: Asked = {},
): Promise<JsonAnswer> =>
  cast.request('POST', path, {
    token,
    json,
    headers: actor === null ? {} : { 'actor-token': actor },
  })

const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string

const asWritten = (more: object): object => ({
  id: expect.stringMatching(/^crq_[0-9a-v]{36}$/) as string,
  app: { client_id: 'acme-billing', name: 'Acme Billing' },
  actor: { sub: 'usr_root', email: 'root@acme.test', name: 'Robin Larsson' },
  subject: { sub: 'usr_omar', email: OMAR, name: 'Omar Haddad' },
  reason: REASON,
  mode: 'read_only',
  status: 'pending',
  requested_at: timestamp,
  expires_at: timestamp,
  decided_at: null,
  ...more,
})

const lastEvent = async (action: 'consent.requested' | 'consent.granted'): Promise<unknown> =>
  (await cast.audit({ action, subject: 'usr_omar' })).at(-1)

describe('POST /api/v1/users/{userId}/consent-requests/{appId}', () => {
  it('asks: 202, one event, one mail with a link', async () => {
    const answer = await ask({ reason: `  ${REASON} `, mode: 'full' })
    expect([answer.status, answer.headers.get('cache-control'), answer.body]).toEqual([
      202,
      'no-store',
      asWritten({ mode: 'full' }),
    ])
    const { id, requested_at: from, expires_at: to } = answer.body
    expect(Date.parse(to) - Date.parse(from)).toBe(24 * 3_600_000)
    expect(await lastEvent('consent.requested')).toMatchObject({
      outcome: 'success',
      actor: 'usr_root',
      service: 'acme-backend',
      subject: 'usr_omar',
      organization: 'org_contoso',
      app: 'acme-billing',
      impersonation: null,
      details: { request: id, mode: 'full', reason: REASON },
    })
    const [mail] = await booted.parts.storage.mail.newest(1)
    expect(mail).toMatchObject({
      to: OMAR,
      subject: 'Acme Billing: support asks for your permission',
    })
    expect(mail?.text).toContain(`${booted.issuer}/consent-requests/${id}\n`)
    expect(mail?.text).toContain('Robin Larsson (root@acme.test) would like to act for you')
  })

  it('answers a second time, also at once, with the one that waits', async () => {
    const answers = await Promise.all([ask(), ask(), ask(), ask()])
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    expect(new Set(answers.map(({ body }) => body.id as string)).size).toBe(1)
    const events = await cast.audit({ action: 'consent.requested' })
    const [{ body }] = answers
    expect(events.filter(({ details }) => details['request'] === body.id)).toHaveLength(1)
  })

  it.each([
    ['no administrator', { actor: null }, 403, 'IMPERSONATOR_TOKEN_INVALID'],
    ['a token of nobody', { actor: 'nonsense' }, 403, 'IMPERSONATOR_TOKEN_INVALID'],
    ['an unknown user', { path: PATH.replace('usr_omar', 'usr_x') }, 404, 'NOT_FOUND'],
    ['an unknown app', { path: PATH.replace('acme-billing', 'x') }, 404, 'NOT_FOUND'],
    ['staff', { path: PATH.replace('usr_omar', 'usr_agent') }, 403, 'TARGET_NOT_ALLOWED'],
    [
      'somebody disabled',
      { path: PATH.replace('usr_omar', 'usr_lena') },
      403,
      'TARGET_NOT_ALLOWED',
    ],
    ['a web app', { path: PATH.replace('acme-billing', 'acme-web') }, 403, 'APP_NOT_ELIGIBLE'],
    ['who has allowed it', { path: PATH.replace('usr_omar', 'usr_jane') }, 409, 'CONSENT_PRESENT'],
  ] as const)('refuses %s', async (_, input, status, code) => {
    const before = (await booted.parts.storage.mail.newest(50)).length
    const answer = await ask(undefined, input)
    expect([answer.status, answer.body]).toEqual([status, errorBody(code)])
    expect((await booted.parts.storage.mail.newest(50)).length).toBe(before)
    const [event] = (await cast.audit({ action: 'consent.requested' })).slice(-1)
    expect(event).toMatchObject({ outcome: 'denied', code })
  })

  it('refuses an administrator whose role may not, and a service without `root`', async () => {
    const { accessToken } = await cast.signIn('agent@acme.test')
    const answer = await ask(undefined, { actor: accessToken })
    expect([answer.status, answer.body]).toEqual([403, errorBody('IMPERSONATOR_NOT_ALLOWED')])
    const token = await cast.serviceToken('acme-readonly', 'read_user')
    expect((await ask(undefined, { token })).body).toEqual(errorBody('S2S_SCOPE'))
  })

  it.each([
    [{}],
    [{ reason: 'too short' }],
    [{ reason: REASON, mode: 'x' }],
    [{ reason: REASON, x: 1 }],
  ])('refuses the body %j', async (json) => {
    const answer = await ask(json)
    expect([answer.status, answer.body]).toEqual([400, errorBody('BODY_INVALID')])
  })
})

describe('the customer', () => {
  it('sees who asks, where, how and why, allows it, and can be impersonated there', async () => {
    const { body } = await ask()
    const path = `/consent-requests/${body.id}`
    const { visitor, seen } = await visit(booted, path, OMAR)
    for (const words of [
      'May support act for you in Acme Billing?',
      'Robin Larsson ( root@acme.test )',
      REASON,
      'Looking only: nothing can be changed.',
    ]) {
      expect(wordsOf(seen)).toContain(words)
    }
    const after = await press(visitor, seen, path, { decision: 'accept' })
    expect(wordsOf(after)).toContain('You have allowed this.')
    expect(await lastEvent('consent.granted')).toMatchObject({
      outcome: 'success',
      actor: 'usr_omar',
      subject: 'usr_omar',
      organization: 'org_contoso',
      app: 'acme-billing',
      details: { scope: LOOKING, mode: 'read_only', request: body.id },
    })
    await started(cast, { user: 'usr_omar', app: 'acme-billing', actor: root })
    const token = await cast.serviceToken('acme-backend', 'read_user')
    const list = await cast.request('GET', '/api/v1/users/usr_omar/consent-requests?limit=1', {
      token,
    })
    expect(list.body).toEqual({
      items: [asWritten({ status: 'accepted', decided_at: timestamp })],
      next_cursor: expect.any(String) as string,
    })
  })

  it('takes nothing back from who has allowed more meanwhile', async () => {
    const { body } = await ask()
    const { consents } = booted.parts.storage
    await consents.grant('usr_omar', 'acme-billing', 'openid orders:write', Date.now())
    const path = `/consent-requests/${body.id}`
    const { visitor, seen } = await visit(booted, path, OMAR)
    await press(visitor, seen, path, { decision: 'accept' })
    const scope = `openid orders:write ${LOOKING.replace('openid ', '')}`
    expect(await consents.find('usr_omar', 'acme-billing')).toMatchObject({ scope, mode: 'full' })
    expect(await lastEvent('consent.granted')).toMatchObject({
      details: { scope, mode: 'full', request: body.id },
    })
  })

  it('who has allowed looking has not allowed changes, and can be asked for them', async () => {
    const answer = async (mode: string): Promise<string> => {
      const { status, body } = await ask({ reason: REASON, mode })
      expect([status, body.mode]).toEqual([202, mode])
      const path = `/consent-requests/${body.id}`
      const { visitor, seen } = await visit(booted, path, OMAR)
      await press(visitor, seen, path, { decision: 'accept' })
      return body.id as string
    }
    const start = async (mode: string): Promise<unknown[]> => {
      const input = { user: 'usr_omar', app: 'acme-billing', body: { mode } }
      const { status, body } = await cast.start(input)
      if (status === 200) await booted.parts.impersonation.revoke(body.impersonation_id, NOBODY)
      return [status, body.code, body.mode]
    }
    await clearStage(booted)
    await answer('read_only')
    expect(await start('full')).toEqual([403, 'CONSENT_REQUIRED', undefined])
    expect(await start('read_only')).toEqual([200, undefined, 'read_only'])
    expect((await ask()).body).toEqual(errorBody('CONSENT_PRESENT'))
    const request = await answer('full')
    expect(await lastEvent('consent.granted')).toMatchObject({
      outcome: 'success',
      details: { request, mode: 'full' },
    })
    expect(await start('full')).toEqual([200, undefined, 'full'])
  })

  it('declines, once, and nothing is allowed', async () => {
    const { body } = await ask()
    const path = `/consent-requests/${body.id}`
    const { visitor, seen } = await visit(booted, path, OMAR)
    const after = await press(visitor, seen, path, { decision: 'decline' })
    expect(wordsOf(after)).toContain('You have not allowed this.')
    // The page that was open in another tab.
    const late = await press(visitor, seen, path, { decision: 'accept' })
    expect(wordsOf(late)).toContain('You have not allowed this.')
    expect(await lastEvent('consent.granted')).toMatchObject({
      outcome: 'denied',
      code: 'CONSENT_REQUIRED',
      actor: 'usr_omar',
      app: 'acme-billing',
      details: { request: body.id },
    })
    const consent = await booted.parts.storage.consents.find('usr_omar', 'acme-billing')
    expect(consent === undefined || consent.revokedAt !== null).toBe(true)
  })

  it('allows nothing to an app that was switched off meanwhile, and can still say no', async () => {
    const { body } = await ask()
    const path = `/consent-requests/${body.id}`
    const { visitor, seen } = await visit(booted, path, OMAR)
    const { apps, consents, consentRequests } = booted.parts.storage
    await apps.setEnabled('acme-billing', false)
    const before = await consents.find('usr_omar', 'acme-billing')
    const refused = await press(visitor, seen, path, { decision: 'accept' })
    expect([refused.status, refused.headers.get('cache-control')]).toEqual([403, 'no-store'])
    expect(wordsOf(refused)).toContain('This app is switched off Nothing was allowed.')
    expect(await lastEvent('consent.granted')).toMatchObject({
      outcome: 'denied',
      code: 'APP_NOT_ELIGIBLE',
      actor: 'usr_omar',
      subject: 'usr_omar',
      app: 'acme-billing',
      details: { request: body.id },
    })
    expect(await consents.find('usr_omar', 'acme-billing')).toEqual(before)
    const request = await consentRequests.find(body.id, booted.parts.clock())
    expect(request?.status).toBe('pending')
    const declined = await press(visitor, seen, path, { decision: 'decline' })
    expect(wordsOf(declined)).toContain('You have not allowed this.')
    await apps.setEnabled('acme-billing', true)
  })

  it('gives one answer, however many come at once', async () => {
    const { body } = await ask()
    const path = `/consent-requests/${body.id}`
    const { visitor, seen } = await visit(booted, path, OMAR)
    const before = (await cast.audit({ action: 'consent.granted' })).length
    await Promise.all(
      ['accept', 'decline', 'accept', 'decline'].map((decision) =>
        press(visitor, seen, path, { decision }),
      ),
    )
    expect((await cast.audit({ action: 'consent.granted' })).length).toBe(before + 1)
  })

  it('is the only one who can see or answer it', async () => {
    const { body } = await ask()
    const path = `/consent-requests/${body.id}`
    for (const email of ['jane@customer.test', 'root@acme.test']) {
      const { visitor, seen } = await visit(booted, path, email)
      expect([seen.status, seen.text.includes(REASON)]).toEqual([404, false])
      const { seen: own } = await visit(booted, '/account', email, visitor)
      const csrf = /name="csrf" value="([^"]*)"/.exec(own.text)?.[1] ?? ''
      const form = new URLSearchParams({ csrf, decision: 'accept' })
      expect((await visitor.send(booted.issuer + path, form)).status).toBe(404)
    }
    const { storage, clock } = booted.parts
    expect((await storage.consentRequests.find(body.id, clock()))?.status).toBe('pending')
  })

  it('is not asked again and again', async () => {
    const { storage, clock } = booted.parts
    const path = PATH.replace('usr_omar', 'usr_lucia')
    for (let time = 0; time < 5; time++) {
      const { status, body } = await ask(undefined, { path })
      expect(status).toBe(202)
      await storage.consentRequests.decide(body.id, 'declined', clock())
    }
    const { status, body, headers } = await ask(undefined, { path })
    expect([status, body]).toEqual([429, errorBody('RATE_LIMITED')])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(3600)
  })
})

// Events of a turned clock are the newest ones for good: these come last.
describe('a day', () => {
  it('needs no second factor', async () => {
    await booted.restart({ ...roomy, MFA_MAX_AGE_SECONDS: '1' })
    advance(5)
    expect((await ask()).status).toBe(202)
    await booted.restart()
  })

  it('is asked for an answer within 24 hours, and may be asked again after that', async () => {
    const { body } = await ask()
    const path = `/consent-requests/${body.id}`
    const { visitor, seen } = await visit(booted, path, OMAR)
    advance(24 * 3600 - 60)
    const later = {
      actor: (await cast.signIn('root@acme.test')).accessToken,
      token: await cast.serviceToken(),
    }
    expect((await ask(undefined, later)).body.id).toBe(body.id)
    advance(60)
    // The login session is over as well by now.
    await press(visitor, seen, path, { decision: 'accept' })
    const again = await visit(booted, path, OMAR)
    expect(wordsOf(again.seen)).toContain('Nobody has answered in time')
    const second = await ask(undefined, later)
    expect(second.body).toMatchObject({ status: 'pending' })
    expect(second.body.id).not.toBe(body.id)
  })
})
