import { describe, expect, it } from 'vitest'
import type { Stage } from '../support/attack.ts'
import {
  comparable,
  expectDenied,
  expectError,
  minted,
  onStage,
  sqlBeside,
} from '../support/attack.ts'
import type { JsonAnswer, StartInput } from '../support/cast.ts'
import { advance } from '../support/turned-clock.ts'

const databases = ['sqlite', 'postgres'] as const

/** A start that must succeed; the access token the app would get, and what the start answered. */
async function impersonate(
  stage: Stage,
  input: Partial<StartInput> = {},
): Promise<{ id: string; refreshToken: string; accessToken: string }> {
  const { status, body } = await stage.start(input)
  expect(status).toBe(200)
  const refreshed = await stage.cast.refresh(body.refresh_token)
  expect(refreshed.status).toBe(200)
  return {
    id: body.impersonation_id,
    refreshToken: refreshed.body.refresh_token,
    accessToken: refreshed.body.access_token,
  }
}

describe.each(databases)('attacks on the policy, on %s', (database) => {
  const stage = onStage(database, { IMPERSONATION_ROLES: 'super_admin,support_admin' })
  const support = (input: Partial<StartInput> = {}): Promise<JsonAnswer> =>
    stage.token('support@acme.test').then((actor) => stage.start({ actor, ...input }))

  it('C01 who holds a role on the list may start, and the trail says who it was', async () => {
    await stage.token('support@acme.test')
    let answer: JsonAnswer | undefined
    const events = await stage.trail(async () => {
      answer = await support({ body: { reason: 'cannot see charger 12', ticket: 'SUP-1' } })
    })
    expect(answer?.status).toBe(200)
    expect(events).toEqual([
      expect.objectContaining({
        action: 'impersonation.started',
        outcome: 'success',
        actor: 'usr_support',
        service: 'acme-backend',
        subject: 'usr_jane',
        organization: 'org_northwind',
        app: 'acme-portal',
        impersonation: answer?.body.impersonation_id,
        requestId: answer?.headers.get('x-request-id'),
        details: {
          mode: 'read_only',
          reason: 'cannot see charger 12',
          ticket: 'SUP-1',
          scope: 'openid profile email orders:read',
          expires_at: new Date(answer?.body.refresh_token_expires_on * 1000).toISOString(),
          redeem_within: null,
          consent: 'not_required',
        },
      }),
    ])
  })

  it('C03 without a role nobody may start; an empty list means nobody, none the default', async () => {
    const jane = await stage.token('jane@customer.test')
    const agent = await stage.token('agent@acme.test')
    const sam = await stage.token('support@acme.test')
    const denied = (actor: string, sub: string): Promise<unknown> =>
      expectDenied(stage, () => stage.start({ actor }), 403, 'IMPERSONATOR_NOT_ALLOWED', {
        actor: sub,
      })
    await denied(jane, 'usr_jane')
    await denied(agent, 'usr_agent')
    await stage.restart({ IMPERSONATION_ROLES: '' })
    await denied(sam, 'usr_support')
    await denied(stage.root, 'usr_root')
    await stage.restart({})
    await denied(sam, 'usr_support')
    expect((await stage.start()).status).toBe(200)
  })

  it('C04 nobody impersonates oneself, under no name', async () => {
    const about = { actor: 'usr_support', subject: 'usr_support' }
    const self = (): Promise<JsonAnswer> => support({ user: 'usr_support' })
    await support({ user: 'usr_nobody' })
    await expectDenied(stage, self, 403, 'TARGET_NOT_ALLOWED', about)
    for (const user of ['support@acme.test', 'USR_SUPPORT', 'usr_Support', 'usr_support%20'])
      expectError(await support({ user }), 404, 'NOT_FOUND')
    await stage.restart({ IMPERSONATE_ADMINS: 'true', IMPERSONATION_ROLES: 'support_admin' })
    await expectDenied(stage, self, 403, 'TARGET_NOT_ALLOWED', about)
  })

  it('C05 staff is out of reach, higher or equal, unless impersonateAdmins (there are no ranks)', async () => {
    await stage.token('support@acme.test')
    await stage.booted.parts.storage.accounts.setRoles('usr_marta', ['support_admin'])
    const higher = (): Promise<JsonAnswer> => support({ user: 'usr_root' })
    const equals = [
      () => support({ user: 'usr_marta' }),
      () => stage.start({ user: 'usr_root2' }),
      higher,
    ]
    for (const start of equals) await expectDenied(stage, start, 403, 'TARGET_NOT_ALLOWED')
    await stage.restart({
      IMPERSONATE_ADMINS: 'true',
      IMPERSONATION_ROLES: 'super_admin,support_admin',
    })
    expect((await higher()).status).toBe(200)
    await stage.restart()
    await stage.booted.parts.storage.accounts.setRoles('usr_marta', [])
    // What was allowed then is not any more: it ends at its next use.
    await stage.booted.parts.impersonation.changed({ account: 'usr_root' })
  })

  it('C07 who is impersonated cannot impersonate, nor call any other API', async () => {
    const { booted, cast } = stage
    const { accessToken } = await impersonate(stage)
    await booted.parts.storage.accounts.setRoles('usr_root2', ['super_admin'])
    // Even where the app's tokens would be accepted as an administrator's.
    await stage.restart({ IMPERSONATOR_CLIENTS: 'admin-panel,acme-portal' })
    const start = (): Promise<JsonAnswer> => stage.start({ actor: accessToken, user: 'usr_omar' })
    await expectDenied(stage, start, 403, 'IMPERSONATOR_TOKEN_INVALID', { actor: null })
    await stage.restart()
    const { paths } = (await cast.request('GET', '/openapi.json')).body
    const routes = Object.entries<Record<string, { security: object[] }>>(paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods)
          .filter(([, { security }]) => JSON.stringify(security).includes('service'))
          .map(([method]) => ({ path: path.replaceAll(/\{\w+\}/g, 'x'), method })),
    )
    expect(routes.length).toBeGreaterThan(10)
    for (const { path, method } of routes) {
      const json = method === 'post' ? { json: {} } : {}
      const answer = await cast.request(method.toUpperCase(), path, { token: accessToken, ...json })
      expectError(answer, 403, 'IMPERSONATION_FORBIDDEN')
    }
  })

  it.each(['usr_agent', 'usr_support', 'usr_root2', 'usr_olga'])(
    'C08 any role at all protects an account: %s',
    async (user) => {
      await expectDenied(stage, () => stage.start({ user }), 403, 'TARGET_NOT_ALLOWED', {
        actor: 'usr_root',
        subject: user,
      })
    },
  )

  it('C10 a second one is refused with the first in the answer, which goes on', async () => {
    const first = await impersonate(stage)
    const running = {
      id: first.id,
      actor: { sub: 'usr_root', email: 'root@acme.test', name: 'Robin Larsson' },
      subject: { sub: 'usr_jane', email: 'jane@customer.test', name: 'Jane Doe' },
      app: { client_id: 'acme-portal', name: 'Acme Portal' },
      mode: 'read_only',
      reason: null,
      ticket: null,
      status: 'active',
      started_at: expect.any(String),
      expires_at: expect.any(String),
      ended_at: null,
      ended_by: null,
      end_reason: null,
    }
    const others = [{}, { user: 'usr_omar' }, { app: 'acme-billing' }]
    for (const other of others) {
      const start = (): Promise<JsonAnswer> => stage.start(other)
      const { body } = await expectDenied(stage, start, 409, 'ALREADY_IMPERSONATING')
      expect(body.impersonation).toEqual(running)
    }
    expect((await stage.cast.userinfo(first.accessToken)).status).toBe(200)
    expect((await stage.cast.refresh(first.refreshToken)).status).toBe(200)
  })

  it.each(['exit', 'revocation'])('C11 after an %s the next one may start', async (how) => {
    const { cast } = stage
    const { id, accessToken } = await impersonate(stage)
    const ended =
      how === 'exit'
        ? await cast.request('POST', '/api/v1/impersonation/end', { token: accessToken })
        : await cast.request('DELETE', `/api/v1/impersonations/${id}`, { token: stage.service })
    expect(ended.status).toBe(204)
    expect((await stage.start()).status).toBe(200)
    // And so it may when nobody came back and no sweeper ran: the start itself writes the end.
    advance(1801)
    const service = await cast.serviceToken()
    const { accessToken: actor } = await cast.signIn('root@acme.test')
    const [open] = await stage.booted.parts.storage.impersonations.findOpenOf({
      account: 'usr_root',
    })
    const events = await stage.trail(() => stage.start({ service, actor, user: 'usr_omar' }))
    expect(events.map(({ action, impersonation }) => [action, impersonation])).toEqual([
      ['impersonation.ended', open?.id],
      ['impersonation.started', expect.not.stringMatching(open?.id ?? '')],
    ])
    expect(await stage.booted.parts.storage.impersonations.find(open?.id ?? '')).toEqual({
      ...open,
      ended: { at: open?.expiresAt, by: 'expired', reason: 'lifetime_over' },
    })
  })

  it('C15 roles are compared by their exact id, never by something that looks like it', async () => {
    const { accounts } = stage.booted.parts.storage
    const actor = await stage.token('root2@acme.test')
    const names = ['Super_Admin', 'super_admin ', 'super-admin', 'super', 'super_admin,x', 'SUPER']
    for (const name of [...names, '__proto__', 'super_admin\0'.slice(0, -1).toUpperCase()]) {
      await accounts.setRoles('usr_root2', [name])
      const start = (): Promise<JsonAnswer> => stage.start({ actor })
      await expectDenied(stage, start, 403, 'IMPERSONATOR_NOT_ALLOWED', { actor: 'usr_root2' })
    }
    await accounts.setRoles('usr_root2', ['super_admin'])
  })

  it('C18 an empty list of roles switches it off, also what runs (there is no other switch)', async () => {
    const { id, accessToken, refreshToken } = await impersonate(stage)
    await stage.restart({ IMPERSONATION_ROLES: '' })
    expectError(await stage.start(), 403, 'IMPERSONATOR_NOT_ALLOWED')
    const events = await stage.trail(async () => {
      expect((await stage.cast.userinfo(accessToken)).status).toBe(401)
      expect((await stage.cast.refresh(refreshToken)).body.error).toBe('invalid_grant')
    })
    expect(events).toEqual([
      expect.objectContaining({
        action: 'impersonation.ended',
        impersonation: id,
        details: expect.objectContaining({
          ended_by: 'policy',
          end_reason: 'impersonator_not_allowed',
        }),
      }),
    ])
  })
})

describe.each(databases)('where a reason is required, on %s', (database) => {
  const stage = onStage(database, { REQUIRE_REASON: 'true' })

  it.each([
    ['none', {}, 'REASON_REQUIRED'],
    ['three characters', { reason: 'abc' }, 'REASON_REQUIRED'],
    ['nine and spaces', { reason: `${'x'.repeat(9)}     ` }, 'REASON_REQUIRED'],
    ['nine astral ones', { reason: '🔌'.repeat(9) }, 'REASON_REQUIRED'],
    ['501', { reason: 'x'.repeat(501) }, 'BODY_INVALID'],
    ['spaces', { reason: ' '.repeat(20) }, 'REASON_REQUIRED'],
    ['nothing', { reason: '' }, 'REASON_REQUIRED'],
    ['zero width', { reason: '\u200B'.repeat(20) }, 'REASON_REQUIRED'],
    ['null', { reason: null }, 'BODY_INVALID'],
  ] as const)('C14 a reason is given in words: not %s', async (_, body, code) => {
    const before = await minted(stage.booted)
    const events = await stage.trail(async () => {
      expectError(await stage.start({ body }), 400, code)
    })
    expect([events, await minted(stage.booted)]).toEqual([[], before])
    const decomposed = '  Sa\u0308ule 12 bleibt dunkel\n'
    const { body: started } = await stage.start({ body: { reason: decomposed } })
    const kept = await stage.booted.parts.storage.impersonations.find(started.impersonation_id)
    expect(kept?.reason).toBe('Säule 12 bleibt dunkel')
  })
})

describe.each(databases)('guessing who exists, on %s', (database) => {
  const stage = onStage(database, {
    STARTS_PER_ACTOR: '1000000',
    STARTS_PER_SERVICE: '1000000',
    IMPERSONATION_ROLES: 'super_admin,org_admin@organization',
  })
  const users = ['usr_jane', 'usr_nobody', 'usr_lena']
  const apps = ['acme-portal', 'acme-billing', 'acme-web', 'nowhere']
  const targets = users.flatMap((user) => apps.map((app) => ({ user, app })))
  /** The tenth of them that nothing else on the machine has slowed down. */
  const undisturbed = (samples: readonly number[]): number =>
    samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 10)] ?? 0

  it('C16 who may not impersonate cannot tell who exists, neither by answer nor by time', async () => {
    const actor = await stage.token('agent@acme.test')
    const answers: unknown[] = []
    const times = targets.map((): number[] => [])
    const best = (): readonly number[] => times.map(undisturbed)
    // Interleaved, so that load is the same for all; the bound leaves room for a busy machine.
    const isEven = (): boolean => Math.max(...best()) < Math.min(...best()) * 1.5 + 2
    // What differs by more than chance differs the more clearly the oftener it is asked.
    for (let round = 0; round < 40 || (round < 400 && !isEven()); round++) {
      for (const [index, target] of targets.entries()) {
        const began = performance.now()
        const answer = await stage.start({ actor, ...target })
        times[index]?.push(performance.now() - began)
        if (round === 0) answers.push(comparable(answer))
      }
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect([isEven(), best()]).toEqual([true, best()])
    const olga = await stage.token('olga@northwind.test')
    const missing = await stage.start({ actor: olga, user: 'usr_nobody' })
    const foreign = await stage.start({ actor: olga, user: 'usr_omar' })
    expectError(missing, 404, 'NOT_FOUND')
    expect(comparable(foreign)).toEqual(comparable(missing))
    // The dry run lists every rule, and must not tell them apart by a later one.
    await stage.booted.parts.storage.consents.grant(
      'usr_omar',
      'acme-billing',
      'openid',
      Date.now(),
    )
    const token = await stage.cast.serviceToken()
    const checks = ['usr_nobody', 'usr_omar', 'usr_root', 'usr_lena'].map(async (user) => {
      const path = `/api/v1/users/${user}/impersonation/acme-billing/check`
      const answer = await stage.cast.request('POST', path, {
        token,
        json: { impersonatorToken: olga },
      })
      expect(answer.status).toBe(200)
      return comparable(answer)
    })
    const [unknown, ...others] = await Promise.all(checks)
    for (const answer of others) expect(answer).toEqual(unknown)
  }, 120_000)
})

describe.each(databases)('where ten starts are allowed, on %s', (database) => {
  const stage = onStage(database, { STARTS_PER_ACTOR: '10' })

  it('C17 the limit counts the person, whatever token, service, target or process', async () => {
    const { cast, booted } = stage
    for (let turn = 0; turn < 8; turn++)
      expectError(await stage.start({ user: `usr_${turn}` }), 404, 'NOT_FOUND')
    const other = await cast.signIn('root@acme.test')
    const panel = await cast.serviceToken('admin-panel')
    expectError(await stage.start({ actor: other.accessToken, user: 'x' }), 404, 'NOT_FOUND')
    expectError(await stage.start({ service: panel, user: 'x' }), 404, 'NOT_FOUND')
    const exceeded = async (input: Partial<StartInput>): Promise<void> => {
      const before = await minted(booted)
      let answer: JsonAnswer | undefined
      const events = await stage.trail(async () => {
        answer = await stage.start(input)
      })
      expectError(answer as JsonAnswer, 429, 'RATE_LIMITED')
      expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(answer?.headers.get('retry-after'))).toBeLessThanOrEqual(600)
      expect(events).toEqual([
        expect.objectContaining({
          action: 'rate_limit.exceeded',
          outcome: 'denied',
          code: 'RATE_LIMITED',
          actor: 'usr_root',
          details: { limit: 'start' },
        }),
      ])
      expect(await minted(booted)).toEqual(before)
    }
    await exceeded({})
    await exceeded({ actor: other.accessToken })
    await stage.restart()
    await exceeded({ service: panel })
    const root2 = await stage.token('root2@acme.test')
    expectError(await stage.start({ actor: root2, user: 'usr_nobody' }), 404, 'NOT_FOUND')
    await sqlBeside(booted, "update rate_limit set expires_at = 0 where id = 'start/usr_root'")
    expect((await stage.start({ user: 'usr_omar' })).status).toBe(200)
  })
})
