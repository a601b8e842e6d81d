import { describe, expect, it } from 'vitest'
import type { RegisteredApp } from 'understudy'
import { expectDenied, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import type { RawAnswer } from '../support/raw-request.ts'
import { rawRequest } from '../support/raw-request.ts'

describe.each(['sqlite', 'postgres'] as const)('attacks on subject and app, on %s', (database) => {
  const stage = onStage(database, { STARTS_PER_ACTOR: '1000' })
  const addApp = async (clientId: string, more: Partial<RegisteredApp>): Promise<void> => {
    const { apps } = stage.booted.parts.storage
    const model = await apps.find('acme-portal')
    if (model === undefined) throw new Error('the demo has no portal')
    await apps.add({ ...model, clientId, name: clientId, ...more }, Date.now())
  }
  const sendRaw = (path: string, authorized = true): Promise<RawAnswer> =>
    rawRequest(
      stage.booted,
      [
        `POST ${path} HTTP/1.1`,
        `Host: ${new URL(stage.booted.issuer).host}`,
        'Content-Type: application/json',
        ...(authorized ? [`Authorization: Bearer ${stage.service}`] : []),
      ],
      JSON.stringify({ impersonatorToken: stage.root }),
    )
  const pathTo = (user: string, app: string): string => `/api/v1/users/${user}/impersonation/${app}`

  it('D01 an unknown user and an unknown app are not found, in the same words', async () => {
    const uuid = '0b5c1fa2-5a0f-4c3e-9b6f-0d4f4f8f8d0e'
    for (const target of [{ user: uuid }, { app: uuid }, { user: uuid, app: uuid }])
      await expectDenied(stage, () => stage.start(target), 404, 'NOT_FOUND', {
        actor: 'usr_root',
        subject: target.user ?? 'usr_jane',
        app: target.app ?? 'acme-portal',
      })
  })

  it.each([
    '1e3',
    '0x1',
    '01',
    '%201',
    '1.0',
    'NaN',
    '9007199254740993',
    '-1',
    'null',
    'undefined',
    'acme-portal%00',
    'acme-portal%20',
    'acme%2Dportal%0A',
    'ACME-PORTAL',
    'Acme Portal',
    '__proto__',
    'constructor',
    'toString',
    'acme-portal,acme-billing',
    '%ef%bb%bfacme-portal',
  ])('D02 no other spelling names an app: %s', async (app) => {
    expect((await stage.start({ app })).status).toBe(404)
  })

  it.each([
    'jane@customer.test',
    'Jane%20Doe',
    'USR_JANE',
    'Usr_jane',
    'usr_jane%20',
    '%09usr_jane',
    '%2e%2e',
    'usr_jane%2F..%2Fusr_omar',
    'usr_jane;x=1',
    'usr_jane%00',
    'usr_jan%C3%A9',
    'usr_jane%2500',
    'usr%5fjane%5f',
    '*',
    '%25',
    'usr_%25',
    '__proto__',
    '{long}',
  ])('D03 no other spelling names a user: %s', async (user) => {
    const spelt = user.replace('{long}', 'x'.repeat(10_000))
    const answer = await sendRaw(pathTo(spelt, 'acme-portal'))
    expect(answer.status).toBe(404)
    expect((await sendRaw(pathTo('%75sr_jane', 'acme-portal'))).status).toBe(200)
  })

  it.each([
    `${pathTo('usr_jane', 'acme-portal')}/`,
    `/${pathTo('usr_jane', 'acme-portal')}`,
    '//api//v1//users//usr_jane//impersonation//acme-portal',
    '/api/v1/users/usr_jane/impersonation/acme-portal%2f..%2facme-web',
    '/api/v1/users/usr_jane/impersonation/../impersonation/acme-portal',
    '/api/v1/./users/usr_jane/impersonation/acme-portal',
    '/api/v1/users/usr_jane/impersonation;x=1/acme-portal',
    '/api/v1;x=1/users/usr_jane/impersonation/acme-portal',
    '/api/v1/Users/usr_jane/Impersonation/acme-portal',
    '/API/v1/users/usr_jane/impersonation/acme-portal',
    '/api/v1%2fusers/usr_jane/impersonation/acme-portal',
    '/api/v1/users/usr_jane/impersonation/acme-portal/check/',
    '\\api\\v1\\users\\usr_jane\\impersonation\\acme-portal',
    '/api/v1/users/usr_jane/impersonation/acme-portal%',
    '/api/v1/users/%E0%A4%A/impersonation/acme-portal',
  ])('D04 there is one path to a start, and none around the guard: %s', async (path) => {
    const answers = [await sendRaw(path), await sendRaw(path, false)]
    expect([400, 404]).toContain(answers[0]?.status)
    expect([400, 401, 404]).toContain(answers[1]?.status)
    expect(
      (
        await stage.booted.parts.impersonation.list(
          { status: 'active', actor: 'usr_root' },
          {
            cursor: null,
            limit: 1,
          },
        )
      ).items,
    ).toEqual([])
    // A path that does mean the start is guarded like it.
    expect((await sendRaw(pathTo('usr_jane', 'acme%2Dportal'), false)).status).toBe(401)
  })

  it('D07 a confidential web app is no place to impersonate in', async () => {
    const start = (): Promise<JsonAnswer> => stage.start({ app: 'acme-web' })
    await expectDenied(stage, start, 403, 'APP_NOT_ELIGIBLE', { app: 'acme-web' })
  })

  it.each([
    ['acme-backend', null],
    ['acme-readonly', null],
    ['admin-panel', null],
    ['switched-off', { enabled: false }],
    ['without-callback', { redirectUris: [] }],
    ['without-refresh', { grantTypes: ['authorization_code'] }],
    ['with-secret', { secretHash: 'x' }],
  ])(
    'D08 neither is a service, the admin panel, a disabled app, or one that is no public client: %s',
    async (app, registration) => {
      if (registration !== null) await addApp(app, registration)
      await expectDenied(stage, () => stage.start({ app }), 403, 'APP_NOT_ELIGIBLE', { app })
      const path = `/api/v1/users/usr_jane/impersonation/${app}/check`
      const json = { impersonatorToken: stage.root }
      const { body } = await stage.cast.request('POST', path, { token: stage.service, json })
      expect(body.rules).toContainEqual(
        expect.objectContaining({ rule: 'app', passed: false, code: 'APP_NOT_ELIGIBLE' }),
      )
      // Not even where the panel is a single-page app itself.
      await stage.restart({ IMPERSONATOR_CLIENTS: 'admin-panel,acme-portal' })
      await expectDenied(stage, () => stage.start(), 403, 'APP_NOT_ELIGIBLE')
    },
  )

  it('D11 where consent is required, its absence is a denial', async () => {
    const start = (): Promise<JsonAnswer> =>
      stage.start({ user: 'usr_omar', app: 'acme-billing', body: { mode: 'full' } })
    await expectDenied(stage, start, 403, 'CONSENT_REQUIRED', {
      actor: 'usr_root',
      subject: 'usr_omar',
      app: 'acme-billing',
    })
  })

  it('D12 a consent counts for its app, its scope and its time (for little: with little scope)', async () => {
    const { consents } = stage.booted.parts.storage
    await addApp('billing-twin', { name: 'Acme Billing', requireConsent: true })
    const at = (app: string): (() => Promise<JsonAnswer>) => {
      return () => stage.start({ user: 'usr_omar', app, body: { mode: 'full' } })
    }
    await consents.grant('usr_omar', 'billing-twin', 'openid profile', Date.now())
    await expectDenied(stage, at('acme-billing'), 403, 'CONSENT_REQUIRED')
    await consents.revoke('usr_omar', 'billing-twin', Date.now())
    await expectDenied(stage, at('billing-twin'), 403, 'CONSENT_REQUIRED')
    await consents.grant('usr_omar', 'acme-billing', 'openid', Date.now())
    const { body } = await at('acme-billing')()
    const refreshed = await stage.cast.refresh(body.refresh_token, { client_id: 'acme-billing' })
    expect([refreshed.status, refreshed.body.scope]).toEqual([200, 'openid'])
    await consents.revoke('usr_omar', 'acme-billing', Date.now())
    await stage.booted.parts.impersonation.changed({ account: 'usr_omar' })
    await expectDenied(stage, at('acme-billing'), 403, 'CONSENT_REQUIRED')
  })

  it.each([
    ['http://portal.example/callback', true],
    ['https://*.example/callback', true],
    ['https://portal.example@evil.example/callback', true],
    ['com.example.app:/callback', false],
    ['https://portal.example/callback#fragment', false],
    ['javascript:alert(1)', false],
  ])('D13 no link leads to a callback a token must not go to: %s', async (uri, registrable) => {
    const app = `spa-${Buffer.from(uri).toString('hex').slice(0, 60)}`
    const safe = 'https://portal.example/callback?a=1'
    await addApp(app, { redirectUris: [uri, safe] })
    const { status, body } = await stage.start({ app })
    const links = body.links?.map((link: string) => link.split('refresh_token')[0])
    // The library refuses some of them for good, and with them the app.
    expect({ status, code: body.code, links }).toEqual(
      registrable
        ? { status: 200, code: undefined, links: [`${safe}&`] }
        : { status: 403, code: 'APP_NOT_ELIGIBLE', links: undefined },
    )
  })

  it('D15 where no consent is required nobody is asked for one, and the trail says so', async () => {
    const user = 'usr_marta'
    expect(await stage.booted.parts.storage.consents.listOf(user)).toEqual([])
    const events = await stage.trail(async () => {
      expect((await stage.start({ user })).status).toBe(200)
    })
    expect(events).toEqual([
      expect.objectContaining({
        action: 'impersonation.started',
        subject: user,
        details: expect.objectContaining({ consent: 'not_required' }),
      }),
    ])
  })
})
