import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ForeignHost } from '../support/foreign-host.ts'
import { openForeignHost } from '../support/foreign-host.ts'
import type { ForeignParties, StartBody } from '../support/foreign-impersonation.ts'
import { partiesOf } from '../support/foreign-impersonation.ts'
import { bearer, postJson } from '../support/oauth-client.ts'
import { databases } from '../support/stores.ts'

const START = Date.parse('2030-01-01T00:00:00.000Z')

describe.each(databases)('a start at a foreign host on %s', (database) => {
  let host: ForeignHost
  let parties: ForeignParties

  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: START })
  })
  afterAll(() => {
    vi.useRealTimers()
  })
  beforeEach(async () => {
    vi.setSystemTime(START)
    host = await openForeignHost({ database })
    parties = partiesOf(host)
  })
  afterEach(() => host.close())

  const list = async (): Promise<readonly { id: string; ended: unknown }[]> =>
    (await host.storage.impersonations.list({}, { cursor: null, limit: 25 }, START)).items
  const actions = async (): Promise<string[]> =>
    (await host.storage.audit.list({}, { cursor: null, limit: 25 })).items.map(
      ({ action, code }) => (code === null ? action : `${action} ${code}`),
    )

  it('succeeds once when an administrator starts many at the same time', async () => {
    const impersonatorToken = await parties.adminToken()
    const service = await parties.serviceToken()
    const url = `${host.issuer}/api/v1/users/customer/impersonation/spa`
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => postJson(url, { impersonatorToken }, bearer(service))),
    )
    const good = answers.filter(({ status }) => status === 200)
    expect(good).toHaveLength(1)
    const started = good[0]?.body as StartBody | undefined
    const id = started?.impersonation_id
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect(status).toBe(409)
      expect(body).toMatchObject({ code: 'ALREADY_IMPERSONATING', impersonation: { id } })
    }
    expect(await list()).toMatchObject([{ id, ended: null }])
    expect((await actions()).toSorted()).toEqual([
      ...Array<string>(9).fill('impersonation.denied ALREADY_IMPERSONATING'),
      'impersonation.started',
    ])
  })

  it('is not blocked by one whose time is over, and ends that one with its own time', async () => {
    const first = await parties.started()
    vi.setSystemTime(START + 1_800_000)
    const second = await parties.started()
    expect(await list()).toMatchObject([
      { id: second.impersonation_id, ended: null },
      { id: first.impersonation_id, ended: { at: START + 1_800_000, reason: 'lifetime_over' } },
    ])
    expect(await parties.trail(first.impersonation_id)).toEqual([
      'impersonation.started',
      'impersonation.ended',
    ])
  })

  it('does not happen when its audit event cannot be written', async () => {
    await host.without('audit_event', async () => {
      const { status, headers, body } = await parties.start()
      expect({ status, body }).toEqual({
        status: 503,
        body: {
          error: 'temporarily_unavailable',
          error_description: 'The service cannot do this at the moment.',
          code: 'UNAVAILABLE',
          request_id: headers.get('x-request-id'),
        },
      })
      expect(headers.get('retry-after')).toBe('1')
    })
    expect(host.alarms.splice(0)).toHaveLength(1)
    expect(await list()).toEqual([])
    expect(await host.stores.sql('select * from oidc_model')).toEqual([])
    expect(await parties.start()).toMatchObject({ status: 200 })
  })

  it('is denied for the same reason when the denial cannot be written, and that is an alarm', async () => {
    await host.without('audit_event', async () => {
      expect(await parties.start({}, 'clerk')).toMatchObject({
        status: 403,
        body: { code: 'IMPERSONATOR_NOT_ALLOWED' },
      })
    })
    // The denial, and the privilege violation that it also is.
    expect(host.alarms.splice(0)).toHaveLength(2)
    await parties.start({}, 'clerk')
    expect(await actions()).toEqual([
      'privilege_violation IMPERSONATOR_NOT_ALLOWED',
      'impersonation.denied IMPERSONATOR_NOT_ALLOWED',
    ])
  })

  it('is ended while the audit trail cannot be written, and the event follows', async () => {
    const start = await parties.started()
    const grant = await parties.refreshed(start.refresh_token)
    await host.without('audit_event', async () => {
      expect(await parties.end(grant.access_token)).toMatchObject({ status: 204 })
      expect((await parties.introspect(grant.access_token)).body).toEqual({ active: false })
      await host.impersonation.sweep()
    })
    expect(host.alarms.splice(0)).toHaveLength(1)
    await host.impersonation.sweep()
    expect(await parties.trail(start.impersonation_id)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
      'impersonation.ended',
    ])
  })

  it('is ended when it may no longer go on, whatever another one keeps from being judged', async () => {
    const lost = await parties.started()
    // The newer one is looked at first.
    vi.setSystemTime(START + 1000)
    await parties.started({}, 'boss2')
    const { accounts } = host.directory
    host.directory.findAccount = async (sub) => {
      if (sub === 'boss2') throw new Error('asked too much')
      return accounts.get(sub)
    }
    accounts.delete('boss')
    expect(await host.impersonation.sweep()).toBe(1)
    expect(await list()).toMatchObject([
      { actor: 'boss2', ended: null },
      { id: lost.impersonation_id, ended: { reason: 'impersonator_disabled' } },
    ])
    expect(host.alarms.splice(0)).toEqual([
      'the liveness of an impersonation cannot be judged: Error: asked too much',
    ])
  })

  it('is told apart from a dry run, which changes nothing', async () => {
    const impersonatorToken = await parties.adminToken()
    const url = `${host.issuer}/api/v1/users/customer/impersonation/spa/check`
    const answer = await postJson(url, { impersonatorToken }, bearer(await parties.serviceToken()))
    expect(answer).toMatchObject({ status: 200, body: { allowed: true } })
    expect((answer.body as { rules: object[] }).rules).toHaveLength(8)
    expect(await list()).toEqual([])
    expect(await actions()).toEqual(['impersonation.checked'])
  })
})
