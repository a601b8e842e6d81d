import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { besides } from '../support/beside.ts'
import type { Booted } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { onScene } from '../support/on-scene.ts'
import {
  begin,
  clearStage,
  endedEvents,
  expectAlive,
  expectDead,
  expectEnded,
  expectInvalidGrant,
  expectOpen,
  started,
} from '../support/scene.ts'

const STANDARD = ['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type']

describe.each(['sqlite', 'postgres'] as const)('refreshing an impersonation on %s', (database) => {
  let booted: Booted
  let cast: Cast
  onScene(database, (scene) => {
    ;({ booted, cast } = scene)
  })

  const at = (epochSeconds: number): void => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(epochSeconds * 1000)
  }
  const actionsOf = async (id: string): Promise<string[]> =>
    (await cast.audit({ impersonation: id })).map(({ action }) => action)
  const tokensOf = (answers: readonly JsonAnswer[]): string[] =>
    answers.flatMap(({ body }) => (body.refresh_token === undefined ? [] : [body.refresh_token]))

  it('F01 rotates: a new refresh token each time, and the trail says so', async () => {
    const { body } = await started(cast)
    const answer = await cast.refresh(body.refresh_token)
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body).toSorted()).toEqual(STANDARD)
    expect(answer.body).toMatchObject({ expires_in: 300, token_type: 'Bearer' })
    expect(answer.body.refresh_token).not.toBe(body.refresh_token)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await actionsOf(body.impersonation_id)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
    ])
  })

  it('F03 ends with everything it issued when a used refresh token comes back', async () => {
    const { id, first, refreshToken, accessToken } = await begin(cast)
    expectInvalidGrant(await cast.refresh(first))
    await expectDead(cast, { refreshToken, accessToken })
    await expectEnded(booted, cast, id, 'reuse_detected')
    expect(await actionsOf(id)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
      'impersonation.reuse_detected',
      'impersonation.ended',
    ])
    const service = await cast.serviceToken()
    const shown = await cast.request('GET', `/api/v1/impersonations/${id}`, { token: service })
    expect(shown.body).toMatchObject({
      status: 'ended',
      ended_by: 'reuse',
      end_reason: 'reuse_detected',
    })
  })

  it('F04 gives exactly one of 20 parallel refreshes a success, which then is worth nothing', async () => {
    const { body } = await started(cast)
    const token: string = body.refresh_token
    const answers = await Promise.all(Array.from({ length: 20 }, () => cast.refresh(token)))
    const [won, ...more] = answers.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    for (const answer of answers) if (answer.status !== 200) expectInvalidGrant(answer)
    await expectDead(cast, {
      refreshToken: won?.body.refresh_token,
      accessToken: won?.body.access_token,
    })
    await expectEnded(booted, cast, body.impersonation_id, 'reuse_detected')
    const actions = await actionsOf(body.impersonation_id)
    expect(actions.filter((action) => action === 'impersonation.reuse_detected')).toHaveLength(1)
  })

  it('F06 treats a second use alike, before and after the first was written down', async () => {
    for (let round = 0; round < 10; round++) {
      const { body } = await started(cast)
      const first = cast.refresh(body.refresh_token)
      // Ever later, from "at the same moment" to "surely afterwards".
      await delay(round === 0 ? 0 : round * 2)
      if (round === 9) await first
      const answers = [await first, await cast.refresh(body.refresh_token)]
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
      for (const refreshToken of tokensOf(answers)) await expectDead(cast, { refreshToken })
      await expectEnded(booted, cast, body.impersonation_id, 'reuse_detected')
    }
  })

  it('F08 is strict with a client that lost the answer: its retry ends the impersonation', async () => {
    const { body } = await started(cast)
    const form = `grant_type=refresh_token&client_id=acme-portal&refresh_token=${body.refresh_token}`
    const socket = createConnection(Number(new URL(booted.issuer).port), '127.0.0.1')
    socket.write(
      `POST /token HTTP/1.1\r\nHost: ${new URL(booted.issuer).host}\r\n` +
        'Content-Type: application/x-www-form-urlencoded\r\n' +
        `Content-Length: ${form.length}\r\n\r\n${form}`,
    )
    const id: string = body.impersonation_id
    await expect.poll(() => actionsOf(id)).toContain('impersonation.refreshed')
    socket.destroy()
    expectInvalidGrant(await cast.refresh(body.refresh_token))
    await expectEnded(booted, cast, id, 'reuse_detected')
  })

  it('F09 refuses another app without using the token up; nothing is written about it', async () => {
    const { body } = await started(cast)
    expectInvalidGrant(await cast.refresh(body.refresh_token, { client_id: 'acme-billing' }))
    await expectOpen(booted, cast, body.impersonation_id)
    expect(await actionsOf(body.impersonation_id)).toEqual(['impersonation.started'])
    expect((await cast.refresh(body.refresh_token)).status).toBe(200)
  })

  it('F10 asks a confidential client for its secret before anything else', async () => {
    const { body } = await started(cast)
    const refused = await cast.refresh(body.refresh_token, { client_id: 'acme-backend' })
    expect([refused.status, refused.body]).toEqual([
      401,
      { error: 'invalid_client', error_description: 'client authentication failed' },
    ])
    await expectAlive(cast, { refreshToken: body.refresh_token })
    expect((await cast.audit({ action: 's2s.auth_failed' })).at(-1)).toMatchObject({
      outcome: 'denied',
      details: { route: 'token', client_id: 'acme-backend' },
    })
  })

  it('F12 refuses a resource that was not granted, and the token stays good', async () => {
    const { body } = await started(cast)
    for (const resource of ['http://localhost:4009', 'urn:other', `${booted.issuer}/api/v1`]) {
      const refused = await cast.refresh(body.refresh_token, { resource })
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target'])
    }
    expect(await actionsOf(body.impersonation_id)).toEqual(['impersonation.started'])
    expect((await cast.refresh(body.refresh_token)).status).toBe(200)
  })

  it('F13 never lives longer through rotation, also with 100 of them', async () => {
    const { body } = await started(cast)
    const end: number = body.refresh_token_expires_on
    let token: string = body.refresh_token
    for (let turn = 1; turn <= 100; turn++) {
      at(end - 1800 + turn * 17.9)
      const { status, body: tokens } = await cast.refresh(token)
      expect(status).toBe(200)
      token = tokens.refresh_token
      expect((await cast.introspect(token)).body.exp).toBe(end)
    }
    at(end)
    await expectDead(cast, { refreshToken: token })
    await expectEnded(booted, cast, body.impersonation_id, 'lifetime_over')
  })

  it('F14 gives tokens ten seconds before the end no more than ten seconds', async () => {
    const { refreshToken, expiresOn } = await begin(cast)
    at(expiresOn - 10)
    const { status, body } = await cast.refresh(refreshToken)
    expect([status, body.expires_in]).toEqual([200, 10])
    // Signed a moment later, it would otherwise outlive the end by that moment.
    expect(decodeJwt(body.id_token).exp).toBe(expiresOn - 1)
    expect((await cast.introspect(body.access_token)).body.exp).toBe(expiresOn)
    expect((await cast.introspect(body.refresh_token)).body.exp).toBe(expiresOn)
    const next = await cast.refresh(body.refresh_token, { resource: 'http://localhost:4004' })
    expect(decodeJwt(next.body.access_token).exp).toBe(expiresOn)
    at(expiresOn)
    await expectDead(cast, {
      refreshToken: next.body.refresh_token,
      accessToken: body.access_token,
    })
  })

  it('gives none a second more when the clock strikes while it is made', async () => {
    for (let turn = 0; turn < 10; turn++) {
      const { refreshToken, expiresOn } = await begin(cast)
      // Every look at the clock is a tenth of a second later than the one before.
      let now = (expiresOn - 100) * 1000 + turn * 100
      const clock = vi.spyOn(Date, 'now').mockImplementation(() => (now += 100))
      const opaque = (await cast.refresh(refreshToken)).body
      const jwt = (await cast.refresh(opaque.refresh_token, { resource: 'http://localhost:4004' }))
        .body
      clock.mockRestore()
      for (const token of [jwt.access_token, jwt.id_token, opaque.id_token]) {
        expect(decodeJwt(token).exp).toBeLessThanOrEqual(expiresOn)
      }
      await clearStage(booted)
    }
  })

  describe('F15 at the end of its time, noticed by nobody but its user', () => {
    it.each([0, 1])('%i seconds later it is over, and was over at its end', async (late) => {
      const { id, refreshToken, accessToken, expiresOn } = await begin(cast)
      at(expiresOn + late)
      expectInvalidGrant(await cast.refresh(refreshToken))
      await expectEnded(booted, cast, id, 'lifetime_over')
      await expectDead(cast, { refreshToken, accessToken })
      const [event] = await endedEvents(cast, id)
      expect(event?.details).toMatchObject({ duration_seconds: 1800 })
      const found = await booted.parts.storage.impersonations.find(id)
      expect(found?.ended?.at).toBe(expiresOn * 1000)
      await booted.parts.impersonation.sweep()
      await expectEnded(booted, cast, id, 'lifetime_over')
    })
  })

  it('F17 says the same in every ID token, but for its time', async () => {
    const begun = await begin(cast)
    const one = decodeJwt(begun.idToken)
    at(begun.expiresOn - 1700)
    const two = decodeJwt((await cast.refresh(begun.refreshToken)).body.id_token)
    const { iat, exp, ...same } = two
    expect(one).toEqual({ ...same, iat: expect.any(Number), exp: expect.any(Number) })
    expect([iat, exp]).toEqual([begun.expiresOn - 1700, begun.expiresOn - 1400])
    expect(Object.keys(two)).not.toContain('auth_time')
  })

  it('F19 is dead when nobody used the link within its time, and says why', async () => {
    const { body } = await started(cast, { body: { redeemWithin: 120 } })
    at(body.refresh_token_expires_on - 1800 + 121)
    expectInvalidGrant(await cast.refresh(body.refresh_token))
    await expectEnded(booted, cast, body.impersonation_id, 'not_redeemed')
    const found = await booted.parts.storage.impersonations.find(body.impersonation_id)
    expect(found?.ended?.at).toBe((body.refresh_token_expires_on - 1800 + 120) * 1000)
    vi.useRealTimers()
    const used = await begin(cast, { body: { redeemWithin: 120 } })
    at(used.expiresOn - 10)
    expect((await cast.refresh(used.refreshToken)).status).toBe(200)
  })

  it('F22 finds nothing under a token that is not exactly the one it gave', async () => {
    const { body } = await started(cast)
    const token: string = body.refresh_token
    const wrong = [
      token.slice(0, -1),
      `${token}x`,
      token.toUpperCase(),
      encodeURIComponent(encodeURIComponent(`${token}=`)),
      `${token}\n`,
      ` ${token}`,
      'x'.repeat(5000),
      `' OR 1=1--`,
      'null',
      '#',
      `#${token}`,
    ]
    for (const variant of wrong) expectInvalidGrant(await cast.refresh(variant))
    await expectOpen(booted, cast, body.impersonation_id)
    expect((await cast.refresh(token)).status).toBe(200)
  })

  it('F23 refuses a malformed request before it looks for the token', async () => {
    const { body } = await started(cast)
    const token: string = body.refresh_token
    const form = `grant_type=refresh_token&client_id=acme-portal&refresh_token=${token}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const post = (text: string, type = headers['content-type']): Promise<JsonAnswer> =>
      cast.request('POST', '/token', { body: text, headers: { 'content-type': type } })
    const answers = [
      await post(`${form}&refresh_token=${token}`),
      await post('grant_type=refresh_token&client_id=acme-portal'),
      await post(form.replace('client_id=', 'client_id[]=')),
      await post(JSON.stringify(Object.fromEntries(new URLSearchParams(form))), 'application/json'),
      await cast.request('GET', `/token?${form}`),
    ]
    expect(answers.map(({ status, body: said }) => [status, said.error])).toEqual([
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [404, 'not_found'],
    ])
    for (const answer of answers) expect(JSON.stringify(answer.body)).not.toContain(token)
    await expectAlive(cast, { refreshToken: token })
  })

  it('F24 reads no body beyond its limit and unpacks none', async () => {
    const { body } = await started(cast)
    const form = `grant_type=refresh_token&client_id=acme-portal&refresh_token=${body.refresh_token}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const large = `${form}&state=${'x'.repeat(60_000)}`
    const refused = await cast.request('POST', '/token', { body: large, headers })
    expect([refused.status, refused.body]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'failed to parse the request body' },
    ])
    const packed = await cast.request('POST', '/token', {
      body: new Uint8Array(gzipSync(form)),
      headers: { ...headers, 'content-encoding': 'gzip' },
    })
    expect(packed.status).toBe(400)
    await expectAlive(cast, { refreshToken: body.refresh_token })
  })

  it('F26 loses a request and not the token when the database is locked for long', async () => {
    const { body } = await started(cast)
    const beside = await besides(booted)
    const unlock = await beside.lockWrites()
    const refreshing = cast.refresh(body.refresh_token)
    const { status, headers } = await refreshing
    await unlock()
    expect([status, headers.get('retry-after')]).toEqual([503, '1'])
    expect((await cast.refresh(body.refresh_token)).status).toBe(200)
    await expectOpen(booted, cast, body.impersonation_id)
    await beside.close()
  })
})
