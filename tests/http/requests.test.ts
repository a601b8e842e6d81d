import { describe, expect, it } from 'vitest'
import { addService, expectError, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'

const START = '/api/v1/users/usr_jane/impersonation/acme-portal'

describe('a request', () => {
  const stage = onStage('sqlite')

  const post = (headers: Record<string, string>, body?: string): Promise<JsonAnswer> =>
    stage.cast.request('POST', START, {
      token: stage.service,
      headers,
      ...(body !== undefined && { body }),
    })

  it('without the body that it announces has an invalid one, not one of another type', async () => {
    for (const type of ['application/json', 'Application/JSON; charset=utf-8']) {
      expectError(await post({ 'content-type': type }), 400, 'BODY_INVALID')
      expectError(await post({ 'content-type': type }, ''), 400, 'BODY_INVALID')
    }
    for (const type of ['text/plain', 'application/json2', 'text/application/json'])
      expectError(await post({ 'content-type': type }), 415, 'MEDIA_TYPE')
    expectError(await post({}), 415, 'MEDIA_TYPE')
  })

  it('for the headers of a stream opens none, and is not written down as reading it', async () => {
    const answers: JsonAnswer[] = []
    const events = await stage.trail(async () => {
      for (const path of ['/audit-events/export?format=csv', '/impersonations/ended'])
        answers.push(await stage.cast.request('HEAD', `/api/v1${path}`, { token: stage.service }))
    })
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, ''],
      [200, ''],
    ])
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
    expect(events).toEqual([])
    const head = await stage.cast.request('HEAD', '/api/v1/audit-events/export?format=csv')
    expect(head.status).toBe(401)
  })

  it('is told no scope to ask for when that is not what is missing', async () => {
    await addService(stage.booted, 'other', 'root')
    await stage.restart({ IMPERSONATION_SERVICES: 'acme-backend' })
    const other = await stage.cast.serviceToken('other')
    const answer = await stage.start({ service: other })
    expectError(answer, 403, 'S2S_SCOPE')
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="understudy", error="insufficient_scope"',
    )
  })
})

describe('a reported event', () => {
  const stage = onStage('sqlite')

  it('with an odd route or id is made harmless, and costs no other its place', async () => {
    const { body } = await stage.start()
    const path = `/api/v1/impersonations/${body.impersonation_id}/events`
    const sent = [
      ['/orders/:id', 'req_1'],
      ['orders', ''],
      ['/a\nforged: line\u2028\u202E', 'x\ny'],
      ['  ', '\uD800'],
      ['*', 'z'.repeat(200)],
      [`/${'🔌'.repeat(600)}`, 'x'],
    ] as const
    const json = {
      events: sent.map(([route, request_id]) => ({
        type: 'request',
        method: 'GET',
        route,
        request_id,
      })),
    }
    const events = await stage.trail(async () => {
      const answer = await stage.cast.request('POST', path, { token: stage.service, json })
      expect([answer.status, answer.body]).toEqual([202, ''])
    })
    expect(
      events.map(({ action, details }) => [action, details['route'], details['request_id']]),
    ).toEqual([
      ['impersonation.request', '/orders/:id', 'req_1'],
      ['impersonation.request', '/orders', null],
      ['impersonation.request', '/a\uFFFDforged: line\uFFFD\uFFFD', 'x\uFFFDy'],
      ['impersonation.request', '*', '\uFFFD'],
      ['impersonation.request', '*', 'z'.repeat(100)],
      ['impersonation.request', `/${'🔌'.repeat(499)}`, 'x'],
    ])
  })
})

describe('the trail', () => {
  const stage = onStage('sqlite', { REQUIRE_MFA: 'true' })

  it('names the organisation of whoever was refused, checked or proved themselves', async () => {
    const about = { subject: 'usr_omar', organization: 'org_contoso' }
    const check = '/api/v1/users/usr_omar/impersonation/acme-portal/check'
    const events = await stage.trail(async () => {
      await stage.start({ user: 'usr_omar', app: 'acme-billing' })
      const json = { impersonatorToken: stage.root }
      await stage.cast.request('POST', check, { token: stage.service, json })
      await stage.start({ user: 'usr_nobody' })
    })
    expect(events).toEqual([
      expect.objectContaining({ action: 'impersonation.denied', ...about }),
      expect.objectContaining({ action: 'impersonation.checked', ...about }),
      expect.objectContaining({ subject: 'usr_nobody', organization: null }),
    ])
    const login = await stage.trail(() => stage.cast.signIn('olga@northwind.test'))
    const done = login.map(({ action, organization }) => [action, organization])
    expect(done).toEqual([
      ['mfa.succeeded', 'org_northwind'],
      ['login.succeeded', 'org_northwind'],
    ])
  })

  it('says for which time it was looked through as every answer says a time', async () => {
    const range = { from: '2026-01-01T01:00:00.000+01:00', to: '2100-01-01T00:00:00Z' }
    const query = new URLSearchParams({ ...range, actor: 'usr_root' }).toString()
    const events = await stage.trail(async () => {
      for (const path of ['audit-events?', 'audit-events/export?format=csv&'])
        await stage.cast.request('GET', `/api/v1/${path}${query}`, { token: stage.service })
    })
    const filter = {
      from: '2026-01-01T00:00:00.000Z',
      to: '2100-01-01T00:00:00.000Z',
      actor: 'usr_root',
    }
    // What follows an export comes when it is over, a moment after its reader has it all.
    expect(events.slice(0, 2).map(({ action, details }) => [action, details])).toEqual([
      ['audit.viewed', filter],
      ['audit.exported', { ...filter, format: 'csv', rows: null }],
    ])
  })
})
