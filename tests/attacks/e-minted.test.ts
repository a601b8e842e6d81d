import { hash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import type { Cast, SignedIn } from '../support/cast.ts'
import type { Dump } from '../support/dump-of.ts'
import { dumpOf } from '../support/dump-of.ts'
import { onScene } from '../support/on-scene.ts'
import { startResourceServer } from '../support/resource-server.ts'
import {
  begin,
  clearStage,
  expectAlive,
  expectDead,
  expectOpen,
  started,
} from '../support/scene.ts'

const RESOURCE = 'http://localhost:4004'

describe.each(['sqlite', 'postgres'] as const)('what a start mints on %s', (database) => {
  let booted: Booted
  let cast: Cast
  onScene(database, (scene) => {
    ;({ booted, cast } = scene)
  })

  const signInJane = (): Promise<SignedIn> =>
    cast.signIn('jane@customer.test', {
      clientId: 'acme-portal',
      redirectUri: 'http://localhost:4002/callback',
    })
  const added = (before: Dump, after: Dump): Record<string, number> =>
    Object.fromEntries(
      Object.entries(after)
        .map(([table, rows]) => [table, rows.length - (before[table]?.length ?? 0)] as const)
        .filter(([, count]) => count !== 0),
    )
  const about = (id: string): object => ({
    act: { sub: 'usr_root' },
    impersonation_id: id,
    impersonation_mode: 'read_only',
  })

  it('E01 is one row, one grant of its own, one refresh token and one event, together', async () => {
    await started(cast)
    await clearStage(booted)
    await booted.parts.storage.audit.flush()
    const before = await dumpOf(booted)
    const { body } = await started(cast)
    const after = await dumpOf(booted)
    expect(added(before, after)).toEqual({
      audit_unsealed: 1,
      impersonation: 1,
      oidc_model: 2,
      audit_event: 1,
      audit_person: 1,
    })
    const known = new Set((before['oidc_model'] ?? []).map(({ id }) => id))
    const fresh = (after['oidc_model'] ?? []).filter(({ id }) => !known.has(id))
    expect(fresh.map(({ model }) => String(model)).toSorted()).toEqual(['Grant', 'RefreshToken'])
    const id: string = body.impersonation_id
    for (const { model, payload, id: key, grant_id: grantId } of fresh) {
      expect(model === 'Grant' ? key : grantId).toBe(id)
      const { exp, gty } = JSON.parse(String(payload)) as { exp: number; gty?: string }
      expect(exp).toBe(body.refresh_token_expires_on)
      expect(gty).toBe(model === 'Grant' ? undefined : 'impersonation')
    }
  })

  it('E02 agrees with itself about its half hour to the second', async () => {
    const { body, headers } = await started(cast)
    const row = await booted.parts.storage.impersonations.find(body.impersonation_id)
    expect(Number(row?.expiresAt) - Number(row?.startedAt)).toBe(1_800_000)
    const expiresOn = Number(row?.expiresAt) / 1000
    const link = new URL('http://localhost:4002/callback')
    link.searchParams.set('refresh_token', body.refresh_token)
    link.searchParams.set('refresh_token_expires_on', String(expiresOn))
    link.searchParams.set('refresh_token_expires_in', '1800')
    expect(body).toEqual({
      refresh_token: body.refresh_token,
      refresh_token_expires_in: 1800,
      refresh_token_expires_on: expiresOn,
      impersonation_id: row?.id,
      mode: 'read_only',
      links: [link.href],
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect((await cast.introspect(body.refresh_token)).body.exp).toBe(expiresOn)
  })

  it('E03 is unguessable: 43 characters of base64url, evenly spread, about nobody', async () => {
    const { RefreshToken, Client } = booted.provider
    const client = await Client.find('acme-portal')
    // Not saved: what `save` draws as its value is what is looked at.
    const values = Array.from({ length: 10_000 }, () => {
      const token = new RefreshToken({ client, accountId: 'usr_jane' } as never)
      return (
        token as unknown as { constructor: { prototype: { generateTokenId(): string } } }
      ).constructor.prototype.generateTokenId.call(token)
    })
    const { body } = await started(cast)
    expect(body.refresh_token).toMatch(/^[\w-]{43}$/)
    expect(values.every((value) => /^[\w-]{43}$/.test(value))).toBe(true)
    expect(new Set(values).size).toBe(10_000)
    // Of 10 000 one has any given four letters by chance now and then, all eight once in 700 million runs.
    expect(values.some((value) => value.includes('usr_jane'))).toBe(false)
    const counts = new Map<string, number>()
    // The last character holds four bits only.
    for (const letter of values.map((value) => value.slice(0, -1)).join('')) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    const expected = (10_000 * 42) / 64
    const chiSquare = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    )
    expect(counts.size).toBe(64)
    // 63 degrees of freedom: more happens once in a billion times.
    expect(chiSquare).toBeLessThan(150)
  })

  it('E04 leaves no secret in the database, its files or the log, only hashes', async () => {
    const begun = await begin(cast)
    const dump = JSON.stringify(await dumpOf(booted))
    const files = await readdir(booted.parts.server.dataDir)
    const kept = await Promise.all(
      files.map((file) => readFile(join(booted.parts.server.dataDir, file), 'latin1')),
    )
    expect(files.some((file) => file.endsWith('-wal'))).toBe(database === 'sqlite')
    for (const secret of [begun.first, begun.refreshToken, begun.accessToken, ...cast.secrets]) {
      for (const place of [dump, booted.log(), ...kept]) expect(place.includes(secret)).toBe(false)
    }
    expect(dump).toContain(hash('sha256', begun.refreshToken, 'base64url'))
  })

  it('E05 says everywhere who is really acting, also after rotation', async () => {
    const begun = await begin(cast)
    const { id } = begun
    expect(decodeJwt(begun.idToken)).toMatchObject(about(id))
    const again = await cast.refresh(begun.refreshToken, { resource: RESOURCE })
    expect(decodeProtectedHeader(again.body.access_token).typ).toBe('at+jwt')
    expect(decodeJwt(again.body.access_token)).toMatchObject(about(id))
    expect(decodeJwt(again.body.id_token)).toMatchObject(about(id))
    expect((await cast.userinfo(begun.accessToken)).body).toMatchObject(about(id))
    const named = { ...about(id), impersonatedBy: 'usr_root' }
    expect((await cast.introspect(begun.accessToken)).body).toEqual({
      ...named,
      active: true,
      sub: 'usr_jane',
      client_id: 'acme-portal',
      iss: booted.issuer,
      scope: 'openid profile email orders:read',
      token_type: 'Bearer',
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
    expect((await cast.introspect(again.body.refresh_token)).body).toEqual({
      ...named,
      active: true,
      sub: 'usr_jane',
      client_id: 'acme-portal',
      iss: booted.issuer,
      scope: 'openid profile email orders:read',
      iat: expect.any(Number),
      exp: begun.expiresOn,
    })
  })

  it('E07 carries no role or permission of the actor', async () => {
    const begun = await begin(cast)
    const jwt = (await cast.refresh(begun.refreshToken, { resource: RESOURCE })).body.access_token
    const said = [
      decodeJwt(begun.idToken),
      decodeJwt(jwt),
      (await cast.userinfo(begun.accessToken)).body,
      (await cast.introspect(begun.accessToken)).body,
    ]
    const text = JSON.stringify(said)
    expect(text).not.toMatch(/super_admin|roles|permissions|root@acme/)
    expect(said.map(({ sub }: { sub?: string }) => sub)).toEqual(said.map(() => 'usr_jane'))
  })

  it('E08 grants no more than the subject consented to, and says so in the answer', async () => {
    const { consents } = booted.parts.storage
    await consents.grant('usr_jane', 'acme-billing', 'openid profile orders:write', Date.now())
    const scopes: string[] = []
    for (const mode of ['read_only', 'full']) {
      await clearActor()
      const { body } = await started(cast, { app: 'acme-billing', body: { mode } })
      const refreshed = await cast.refresh(body.refresh_token, { client_id: 'acme-billing' })
      scopes.push(refreshed.body.scope)
      expect((await cast.introspect(refreshed.body.access_token)).body.scope).toBe(
        refreshed.body.scope,
      )
    }
    expect(scopes).toEqual(['openid profile', 'openid profile orders:write'])
    await clearActor()
    const { body } = await started(cast)
    const more = await cast.refresh(body.refresh_token, { scope: 'openid orders:write' })
    expect([more.status, more.body.error]).toEqual([400, 'invalid_scope'])
    const less = await cast.refresh(body.refresh_token, { scope: 'openid' })
    expect([less.status, less.body.scope]).toEqual([200, 'openid'])
    const late = await cast.refresh(less.body.refresh_token, { scope: 'openid offline_access' })
    expect([late.status, late.body.error]).toEqual([400, 'invalid_scope'])
  })

  const clearActor = async (): Promise<void> => {
    const open = await booted.parts.storage.impersonations.findOpenByActor('usr_root')
    const nobody = { requestId: null, ip: null, userAgent: null }
    if (open !== undefined) await booted.parts.impersonation.revoke(open.id, nobody)
  }

  it('E09 names the granted resource as audience and no other; details are ignored', async () => {
    const begun = await begin(cast)
    const refused = await cast.refresh(begun.refreshToken, { resource: 'urn:other' })
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target'])
    const details = { authorization_details: '[{"type":"payment"}]' }
    const { status, body } = await cast.refresh(begun.refreshToken, {
      resource: RESOURCE,
      ...details,
    })
    expect(status).toBe(200)
    expect(decodeJwt(body.access_token)).toEqual({
      ...about(begun.id),
      iss: booted.issuer,
      sub: 'usr_jane',
      aud: RESOURCE,
      client_id: 'acme-portal',
      scope: 'orders:read',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
    expect(body.authorization_details).toBe(undefined)
  })

  it('E10 gives no claim that is asked for on the side', async () => {
    const { body } = await started(cast)
    const claims = JSON.stringify({ userinfo: { phone_number: null }, id_token: { email: null } })
    const refreshed = await cast.refresh(body.refresh_token, { claims, scope: 'openid' })
    expect(Object.keys(decodeJwt(refreshed.body.id_token)).toSorted()).toEqual([
      'act',
      'aud',
      'exp',
      'iat',
      'impersonation_id',
      'impersonation_mode',
      'iss',
      'sub',
    ])
    expect((await cast.userinfo(refreshed.body.access_token)).body).toEqual({
      sub: 'usr_jane',
      ...about(body.impersonation_id),
    })
  })

  it('E11 claims no login of the subject: no amr, acr or auth_time anywhere', async () => {
    await signInJane()
    const begun = await begin(cast)
    const again = await cast.refresh(begun.refreshToken, { resource: RESOURCE })
    const said = [
      decodeJwt(begun.idToken),
      decodeJwt(again.body.id_token),
      decodeJwt(again.body.access_token),
      (await cast.introspect(begun.accessToken)).body,
      (await cast.introspect(again.body.refresh_token)).body,
      (await cast.userinfo(begun.accessToken)).body,
    ]
    for (const claims of said) {
      for (const name of ['amr', 'acr', 'auth_time']) expect(claims).not.toHaveProperty(name)
    }
  })

  it('E12 gives an ID token about the subject for the app, with no session and no nonce', async () => {
    const begun = await begin(cast)
    const claims = decodeJwt(begun.idToken)
    expect(claims).toEqual({
      ...about(begun.id),
      iss: booted.issuer,
      sub: 'usr_jane',
      aud: 'acme-portal',
      iat: expect.any(Number),
      exp: Number(claims.iat) + 300,
    })
    expect(Math.abs(Number(claims.iat) - Date.now() / 1000)).toBeLessThan(5)
    expect(decodeProtectedHeader(begun.idToken).alg).toBe('ES256')
  })

  it('E13 is the subject to a resource server, and the actor is named beside', async () => {
    const begun = await begin(cast)
    const shop = await startResourceServer(booted)
    const jwt = (await cast.refresh(begun.refreshToken, { resource: RESOURCE })).body.access_token
    for (const token of [begun.accessToken, jwt]) {
      expect(await shop.call('/profile', token)).toMatchObject({
        status: 200,
        body: { sub: 'usr_jane', ...about(begun.id) },
      })
    }
    shop.close()
  })

  it('E14 leaves the subject’s own login alone: no act, no way back, and none of its ends', async () => {
    const begun = await begin(cast)
    const own = await signInJane()
    expect(decodeJwt(own.idToken)).not.toHaveProperty('act')
    expect((await cast.userinfo(own.accessToken)).body).toEqual({
      sub: 'usr_jane',
      name: 'Jane Doe',
      email: 'jane@customer.test',
    })
    const introspected = (await cast.introspect(own.accessToken)).body
    for (const name of ['act', 'impersonation_id', 'impersonatedBy']) {
      expect(introspected).not.toHaveProperty(name)
    }
    const current = await cast.request('GET', '/api/v1/impersonation', { token: own.accessToken })
    expect([current.status, current.body.code]).toEqual([403, 'NOT_IMPERSONATING'])
    await expectAlive(cast, begun)
    await expectOpen(booted, cast, begun.id)
  })

  it('E16 hangs on a grant of its own: neither revoking the subject’s tokens nor its end touch the other', async () => {
    const begun = await begin(cast)
    const own = await signInJane()
    const mine = own.refreshToken ?? own.accessToken
    await cast.form('/token/revocation', { token: mine, client_id: 'acme-portal' })
    await expectAlive(cast, begun)
    const second = await signInJane()
    await cast.request('POST', '/api/v1/impersonation/end', { token: begun.accessToken })
    await expectDead(cast, begun)
    expect((await cast.userinfo(second.accessToken)).status).toBe(200)
    const consent = await booted.parts.storage.consents.find('usr_jane', 'acme-portal')
    expect(consent?.revokedAt).toBe(null)
  })
})
