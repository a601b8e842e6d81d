import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { besides } from '../support/beside.ts'
import type { Booted } from '../support/boot.ts'
import type { Cast, JsonAnswer, SignedIn } from '../support/cast.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { onScene } from '../support/on-scene.ts'
import { startResourceServer } from '../support/resource-server.ts'
import type { Begun } from '../support/scene.ts'
import {
  begin,
  expectAlive,
  expectDead,
  expectEnded,
  expectInvalidGrant,
  expectOpen,
  roomy,
} from '../support/scene.ts'
import { signOut } from '../support/sign-out.ts'
import { untilAnswered } from '../support/until-answered.ts'

describe.each(['sqlite', 'postgres'] as const)('ending an impersonation on %s', (database) => {
  let booted: Booted
  let cast: Cast
  onScene(database, (scene) => {
    ;({ booted, cast } = scene)
  })

  const revoke = (token: string, hint?: string, client = 'acme-portal'): Promise<JsonAnswer> =>
    cast.form('/token/revocation', {
      token,
      client_id: client,
      ...(hint !== undefined && { token_type_hint: hint }),
    })
  const end = (token?: string): Promise<JsonAnswer> =>
    cast.request('POST', '/api/v1/impersonation/end', token === undefined ? {} : { token })
  const remove = (id: string, token?: string, headers = {}): Promise<JsonAnswer> =>
    cast.request('DELETE', `/api/v1/impersonations/${id}`, {
      headers,
      ...(token !== undefined && { token }),
    })
  const signInJane = (jar = new CookieJar()): Promise<SignedIn> =>
    cast.signIn('jane@customer.test', {
      clientId: 'acme-portal',
      redirectUri: 'http://localhost:4002/callback',
      scope: 'openid profile email',
      jar,
    })

  it('G02 says 200 to the revocation of what is not the client’s, and changes nothing', async () => {
    const begun = await begin(cast)
    const before = await cast.audit()
    const answers = [
      await revoke('unknown'),
      await revoke('x'.repeat(5000)),
      await revoke(begun.refreshToken, undefined, 'acme-billing'),
      await revoke(begun.accessToken, 'access_token', 'acme-billing'),
      await cast.form('/token/revocation', { token: begun.refreshToken }, 'acme-backend'),
    ]
    for (const { status, body } of answers) expect([status, body]).toEqual([200, ''])
    await expectAlive(cast, begun)
    expect(await cast.audit()).toEqual(before)
  })

  it('G03 lets only who may end it end it, and each token only its own', async () => {
    const mine = await begin(cast)
    const { accessToken: actor } = await cast.signIn('root2@acme.test')
    const other = await begin(cast, { actor, user: 'usr_omar' })
    const jane = await signInJane()
    const readOnly = await cast.serviceToken('acme-readonly', 'read_impersonation')
    const refusals = [
      await remove(mine.id),
      await remove(mine.id, jane.accessToken),
      await remove(mine.id, readOnly),
      await remove(mine.id, mine.accessToken),
      await remove(mine.id, await cast.serviceToken(), { 'Actor-Token': jane.accessToken }),
      await remove(mine.id, await cast.serviceToken(), { 'Actor-Token': '' }),
      await end(),
      await end(jane.accessToken),
      await end(await cast.serviceToken()),
      await end(mine.refreshToken),
    ]
    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'UNAUTHENTICATED'],
      [401, 'S2S_TOKEN_INVALID'],
      [403, 'S2S_SCOPE'],
      [403, 'IMPERSONATION_FORBIDDEN'],
      [403, 'IMPERSONATOR_TOKEN_INVALID'],
      [403, 'IMPERSONATOR_TOKEN_INVALID'],
      [401, 'UNAUTHENTICATED'],
      [403, 'NOT_IMPERSONATING'],
      [401, 'S2S_TOKEN_INVALID'],
      [401, 'S2S_TOKEN_INVALID'],
    ])
    await expectOpen(booted, cast, mine.id)
    expect((await end(other.accessToken)).status).toBe(204)
    await expectDead(cast, other)
    await expectAlive(cast, mine)
    expect((await end(mine.accessToken)).status).toBe(204)
    await expectEnded(booted, cast, mine.id, 'ended_by_impersonator')
    await expectDead(cast, mine)
  })

  it('G04 answers an end with nothing: no token, no cookie, nobody signed in', async () => {
    const ends: ((begun: Begun) => Promise<JsonAnswer>)[] = [
      ({ accessToken }) => end(accessToken),
      async ({ id }) => remove(id, await cast.serviceToken()),
      ({ refreshToken }) => revoke(refreshToken),
    ]
    for (const endIt of ends) {
      const { status, headers, body } = await endIt(await begin(cast))
      expect([status === 204 || status === 200, body]).toEqual([true, ''])
      expect(headers.getSetCookie()).toEqual([])
      expect(headers.get('location')).toBe(null)
    }
  })

  describe('G05 revoking any one token of it ends the whole (RFC 7009)', () => {
    const hints = [undefined, 'access_token', 'refresh_token', 'nonsense'] as const
    it.each(hints)('with token_type_hint %s', async (hint) => {
      for (const kind of ['accessToken', 'refreshToken', 'first'] as const) {
        const begun = await begin(cast)
        const answer = await revoke(begun[kind], hint)
        expect([answer.status, answer.body]).toEqual([200, ''])
        await expectEnded(booted, cast, begun.id, 'token_revoked')
        await expectDead(cast, begun)
      }
    })
  })

  it('G06 says {"active":false} and nothing else of an ended one, and of a disabled app’s', async () => {
    const begun = await begin(cast)
    const { parts } = booted
    await parts.storage.apps.setEnabled('acme-portal', false)
    for (const token of [begun.first, begun.refreshToken, begun.accessToken]) {
      const { status, body, headers } = await cast.introspect(token)
      expect([status, body]).toEqual([200, { active: false }])
      expect(headers.get('cache-control')).toBe('no-store')
    }
    await parts.storage.apps.setEnabled('acme-portal', true)
    await expectDead(cast, begun)
  })

  it('G07 lets a JWT die with it where the resource server asks, within five seconds', async () => {
    const begun = await begin(cast)
    const resource = 'http://localhost:4004'
    const { body } = await cast.refresh(begun.refreshToken, { resource })
    const jwt: string = body.access_token
    const lifetime = decodeJwt(jwt)
    expect(Number(lifetime.exp) - Number(lifetime.iat)).toBe(300)
    const shop = await startResourceServer(booted)
    expect(await shop.call('/profile', jwt)).toMatchObject({
      status: 200,
      body: { sub: 'usr_jane' },
    })
    const refused = await revoke(jwt)
    expect([refused.status, refused.body.error]).toEqual([400, 'unsupported_token_type'])
    expect((await remove(begun.id, await cast.serviceToken())).status).toBe(204)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 5001)
    expect(await shop.call('/profile', jwt)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', code: 'IMPERSONATION_ENDED' },
    })
    shop.close()
  })

  it('G09 goes on over a restart, and ends when the restart took the actor’s role off the list', async () => {
    const begun = await begin(cast)
    await booted.restart(roomy)
    await untilAnswered(booted)
    await expectAlive(cast, begun)
    const { body } = await cast.refresh(begun.refreshToken)
    await booted.restart({ ...roomy, IMPERSONATION_ROLES: 'support_admin' })
    await untilAnswered(booted)
    expectInvalidGrant(await cast.refresh(body.refresh_token))
    await expectEnded(booted, cast, begun.id, 'impersonator_not_allowed')
    await booted.restart(roomy)
    await untilAnswered(booted)
    await expectDead(cast, { refreshToken: body.refresh_token, accessToken: body.access_token })
  })

  it('G10 opens no administrator’s door when the subject becomes one, before and after', async () => {
    const begun = await begin(cast)
    const door = (): Promise<JsonAnswer> =>
      cast.request('GET', '/api/v1/users', { token: begun.accessToken })
    const start = (): Promise<JsonAnswer> =>
      cast.start({ user: 'usr_omar', body: { impersonatorToken: begun.accessToken } })
    await booted.parts.storage.accounts.setRoles('usr_jane', ['super_admin'])
    expect(await door()).toMatchObject({ status: 403, body: { code: 'IMPERSONATION_FORBIDDEN' } })
    expect(await start()).toMatchObject({
      status: 403,
      body: { code: 'IMPERSONATOR_TOKEN_INVALID' },
    })
    expectInvalidGrant(await cast.refresh(begun.refreshToken))
    await expectEnded(booted, cast, begun.id, 'subject_became_staff')
    expect(await door()).toMatchObject({ status: 403, body: { code: 'IMPERSONATION_FORBIDDEN' } })
    expect(await start()).toMatchObject({
      status: 403,
      body: { code: 'IMPERSONATOR_TOKEN_INVALID' },
    })
  })

  it('G11 ends when the subject’s account is deleted', async () => {
    const begun = await begin(cast, { user: 'usr_omar' })
    const beside = await besides(booted)
    const omar = (await beside.sql(`select * from account where sub = 'usr_omar'`))[0]
    await beside.sql(`delete from consent where account = 'usr_omar'`)
    await beside.sql(`delete from account where sub = 'usr_omar'`)
    const userinfo = await cast.userinfo(begun.accessToken)
    expect([userinfo.status, userinfo.body.error]).toEqual([401, 'invalid_token'])
    await expectEnded(booted, cast, begun.id, 'subject_disabled')
    await expectDead(cast, begun)
    const columns = Object.keys(omar ?? {})
    const values = columns.map((column) =>
      omar?.[column] === null ? 'null' : `'${omar?.[column] as string}'`,
    )
    await beside.sql(`insert into account (${columns.join()}) values (${values.join()})`)
    await beside.close()
  })

  it('G12 is untouched by the subject signing out of a session of their own', async () => {
    const begun = await begin(cast)
    const jar = new CookieJar()
    const own = await signInJane(jar)
    await signOut(booted, jar)
    expect((await cast.userinfo(own.accessToken)).status).toBe(401)
    await expectAlive(cast, begun)
    expect((await cast.refresh(begun.refreshToken)).status).toBe(200)
    await expectOpen(booted, cast, begun.id)
  })

  it('G13 ends at once, not at its next use, when the subject takes the consent back', async () => {
    const begun = await begin(cast, { app: 'acme-billing' })
    const { storage, impersonation } = booted.parts
    await storage.consents.revoke('usr_jane', 'acme-portal', Date.now())
    await impersonation.changed({ account: 'usr_jane' })
    await expectOpen(booted, cast, begun.id)
    await storage.consents.revoke('usr_jane', 'acme-billing', Date.now())
    await impersonation.changed({ account: 'usr_jane' })
    await expectEnded(booted, cast, begun.id, 'consent_withdrawn')
    await expectDead(cast, { ...begun, client: 'acme-billing' })
  })

  it('G14 may be ended again and again, by anybody, and has ended once', async () => {
    const service = await cast.serviceToken()
    const begun = await begin(cast)
    expect((await end(begun.accessToken)).status).toBe(204)
    expect((await end(begun.accessToken)).status).toBe(204)
    expect((await remove(begun.id, service)).status).toBe(204)
    expect((await revoke(begun.accessToken)).status).toBe(200)
    await expectEnded(booted, cast, begun.id, 'ended_by_impersonator')
    const late = await begin(cast)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime((late.expiresOn + 60) * 1000)
    const later = await cast.serviceToken()
    expect((await remove(late.id, later)).status).toBe(204)
    await expectEnded(booted, cast, late.id, 'lifetime_over')
    const unknown = await remove(`imp_${'0'.repeat(36)}`, later)
    expect([unknown.status, unknown.body.code]).toEqual([404, 'NOT_FOUND'])
  })

  it('G15 leaves nothing alive once the end has answered, whatever a refresh got meanwhile', async () => {
    const service = await cast.serviceToken()
    for (let round = 0; round < 60; round++) {
      const begun = await begin(cast)
      const refreshing = [cast.refresh(begun.refreshToken)]
      if (round % 3 === 0) refreshing.push(cast.refresh(begun.refreshToken))
      if (round % 2 === 0) await delay(round / 10)
      const ending = round % 4 < 2 ? end(begun.accessToken) : remove(begun.id, service)
      expect((await ending).status).toBe(204)
      const answers = await Promise.all(refreshing)
      expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true)
      await expectDead(cast, begun)
      for (const { status, body } of answers) {
        if (status !== 200) continue
        await expectDead(cast, { refreshToken: body.refresh_token, accessToken: body.access_token })
      }
      const events = await cast.audit({ impersonation: begun.id, action: 'impersonation.ended' })
      expect(events).toHaveLength(1)
    }
  }, 120_000)

  it('G22 ends what runs in an app that is disabled, and starts nothing there any more', async () => {
    const begun = await begin(cast)
    await booted.parts.storage.apps.setEnabled('acme-portal', false)
    await booted.parts.impersonation.changed({ app: 'acme-portal' })
    await expectEnded(booted, cast, begun.id, 'app_not_eligible')
    const again = await cast.start()
    expect([again.status, again.body.code]).toEqual([403, 'APP_NOT_ELIGIBLE'])
    const refused = await cast.refresh(begun.refreshToken)
    expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client'])
    await booted.parts.storage.apps.setEnabled('acme-portal', true)
    await expectDead(cast, begun)
  })
})
