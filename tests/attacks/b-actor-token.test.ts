import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CryptoKey, JWK, JWTPayload } from 'jose'
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { rotateKeys } from '../../server/src/standalone/keys/key-ring.ts'
import type { Stage } from '../support/attack.ts'
import {
  addService,
  comparable,
  expectDenied,
  expectError,
  minted,
  onStage,
  sqlBeside,
} from '../support/attack.ts'
import type { JsonAnswer, SignedIn } from '../support/cast.ts'
import { ownTime } from '../support/own-time.ts'
import { advance, stopClock } from '../support/turned-clock.ts'

const INVALID = 'IMPERSONATOR_TOKEN_INVALID'

const expectRefused = (stage: Stage, actor: string): Promise<JsonAnswer> =>
  expectDenied(stage, () => stage.start({ actor }), 403, INVALID, {
    actor: null,
    subject: 'usr_jane',
    app: 'acme-portal',
  })

/** The issuer's own private key: nothing an attacker has, so that only the form can be refused. */
async function ownKey({ booted }: Stage): Promise<{ key: CryptoKey; jwk: JWK; kid: string }> {
  const { storage, box } = booted.parts
  const found = (await storage.signingKeys.list()).find(({ alg }) => alg === 'RS256')
  const jwk = JSON.parse(box.open(found?.sealedJwk ?? '')) as JWK
  return { key: (await importJWK(jwk, 'RS256')) as CryptoKey, jwk, kid: found?.kid ?? '' }
}

/** What an access token of root's for the admin panel would say, were it a JWT (RFC 9068). */
function claimsOf({ booted }: Stage, more: object = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: booted.issuer,
    sub: 'usr_root',
    client_id: 'admin-panel',
    azp: 'admin-panel',
    scope: 'openid profile email',
    acr: 'urn:understudy:acr:mfa',
    auth_time: now,
    jti: 'forged',
    iat: now,
    exp: now + 300,
    ...more,
  }
}

async function sign(stage: Stage, claims: object = {}, header: object = {}): Promise<string> {
  const { key, kid } = await ownKey(stage)
  const wanted = { alg: 'RS256', typ: 'at+jwt', kid, ...header }
  return new SignJWT(claimsOf(stage, claims)).setProtectedHeader(wanted).sign(key)
}

const b64 = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

describe.each(['sqlite', 'postgres'] as const)('attacks with the token, on %s', (database) => {
  const stage = onStage(database)
  let root: SignedIn

  beforeAll(async () => {
    root = await stage.cast.signIn('root@acme.test')
  })

  it.each(['{}', '{"t":null}', '{"t":""}', '{"t":"   "}', '{"t":"\\n"}'])(
    'B01 without a token there is nothing to judge: %s',
    async (form) => {
      const json: unknown = JSON.parse(form.replace('"t"', '"impersonatorToken"'))
      const before = await minted(stage.booted)
      const path = '/api/v1/users/usr_jane/impersonation/acme-portal'
      const events = await stage.trail(async () => {
        const answer = await stage.cast.request('POST', path, { token: stage.service, json })
        expectError(answer, 400, 'TOKEN_REQUIRED')
      })
      expect(events).toEqual([])
      expect(await minted(stage.booted)).toEqual(before)
    },
  )

  it.each([7, true, ['{I}'], { $ne: '' }, { impersonatorToken: '{I}' }])(
    'B02 a token is a string: not %j',
    async (impersonatorToken) => {
      const sent = JSON.stringify(impersonatorToken).replace('{I}', stage.root)
      const body = { impersonatorToken: JSON.parse(sent) as unknown }
      expectError(await stage.start({ body }), 400, 'BODY_INVALID')
      // A string that holds JSON is a string.
      await expectRefused(stage, JSON.stringify({ impersonatorToken: stage.root }))
    },
  )

  it.each([
    ['100 kB', 'x'.repeat(100_000), 413],
    ['5000 dots', '.'.repeat(5000), 403],
    ['a NUL', '\0', 403],
    ['a lone surrogate', '\ud800', 403],
    ['an e-mail', 'root@acme.test', 403],
    ['a path', '../../../etc/passwd', 403],
    ['our own handle', '#1', 403],
  ] as const)('B03 a monster for a token is refused at once: %s', async (_, actor, status) => {
    const clock = ownTime()
    const answer = await stage.start({ actor })
    expect(clock.ms()).toBeLessThan(1000)
    clock.stop()
    expectError(answer, status, status === 413 ? 'BODY_TOO_LARGE' : INVALID)
    await expectRefused(stage, `Bearer ${stage.root}`)
    await expectRefused(stage, ` ${stage.root}`)
  })

  it('B04 a JWT is refused, altered or not: only opaque access tokens are accepted', async () => {
    const [header = '', payload = '', signature = ''] = (await sign(stage)).split('.')
    const other = b64({ ...claimsOf(stage), sub: 'usr_root2' })
    const forms = [
      [header, payload, signature],
      [header, payload, `A${signature.slice(1)}`],
      [header, other, signature],
    ]
    for (const form of forms) await expectRefused(stage, form.join('.'))
  })

  it.each(['none', 'None', 'nOnE', 'NONE'])('B05 an unsigned JWT is refused: %s', async (alg) => {
    const payload = b64(claimsOf(stage))
    for (const end of ['', '.', '.x'])
      await expectRefused(stage, `${b64({ alg })}.${payload}${end}`)
    await expectRefused(stage, new UnsecuredJWT(claimsOf(stage)).encode())
  })

  it('B06 a JWT signed with the public key as a secret is refused', async () => {
    const { jwk } = await ownKey(stage)
    const published: JWK = { kty: 'RSA', n: jwk.n as string, e: jwk.e as string }
    const pem = await exportSPKI((await importJWK(published, 'RS256')) as CryptoKey)
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    for (const secret of [Buffer.from(pem), der, Buffer.from(JSON.stringify(published))]) {
      const forged = new SignJWT(claimsOf(stage)).setProtectedHeader({ alg: 'HS256' })
      await expectRefused(stage, await forged.sign(secret))
    }
  })

  it('B07 no header of a JWT makes the server fetch or read anything', async () => {
    let hits = 0
    const bait = createServer((_, response) => {
      hits += 1
      response.end('{}')
    })
    await new Promise<void>((resolve) => {
      bait.listen(0, '127.0.0.1', resolve)
    })
    const url = `http://127.0.0.1:${(bait.address() as AddressInfo).port}/keys`
    const { jwk } = await ownKey(stage)
    const headers = [
      { jwk: { kty: 'RSA', n: jwk.n, e: jwk.e } },
      { jku: url },
      { x5u: url },
      { x5c: ['MIIB'] },
      { kid: '../../../dev/null' },
      { kid: "x' or '1'='1" },
      { kid: url },
    ]
    for (const header of headers) await expectRefused(stage, await sign(stage, {}, header))
    bait.close()
    expect(hits).toBe(0)
  })

  it('B08 a JWT of another issuer is refused', async () => {
    const { issuer } = stage.booted
    for (const iss of ['https://evil.example', `${issuer}/`, issuer.toUpperCase()])
      await expectRefused(stage, await sign(stage, { iss }))
  })

  it('B09 a token for any audience is refused: a JWT, and an opaque one of our own API', async () => {
    for (const aud of ['http://localhost:4004', ['http://localhost:4004'], 'admin-panel'])
      await expectRefused(stage, await sign(stage, { aud }))
    const signedIn = await stage.cast.signIn('root@acme.test', {
      clientId: 'acme-portal',
      redirectUri: 'http://localhost:4002/callback',
      scope: 'openid orders:read',
      params: { resource: 'http://localhost:4004' },
    })
    await expectRefused(stage, signedIn.accessToken)
    await sqlBeside(
      stage.booted,
      `update oidc_model set payload = replace(payload, '"clientId":"admin-panel"',
       '"aud":"http://localhost:4004","clientId":"admin-panel"')
       where model = 'AccessToken' and id = '${hashOf(root.accessToken)}'`,
    )
    await expectRefused(stage, root.accessToken)
    root = await stage.cast.signIn('root@acme.test')
  })

  it('B10 an administrator is none in another app: its tokens are refused', async () => {
    const { accessToken } = await stage.cast.signIn('root@acme.test', {
      clientId: 'acme-portal',
      redirectUri: 'http://localhost:4002/callback',
    })
    expect((await stage.cast.userinfo(accessToken)).body.sub).toBe('usr_root')
    await expectRefused(stage, accessToken)
  })

  it('B12 a JWT is refused whatever its times; an opaque token dies at its second', async () => {
    const now = Math.floor(Date.now() / 1000)
    const times = [
      { exp: now - 1 },
      { nbf: now + 120 },
      { iat: now + 600 },
      { exp: undefined },
      { exp: '9999999999' },
      { exp: 1e20 },
    ]
    for (const time of times) await expectRefused(stage, await sign(stage, time))
    stopClock()
    const { accessToken } = await stage.cast.signIn('root@acme.test')
    // Ten minutes; a second factor is good for five, so the answer tells the two apart.
    advance(597)
    const stale = await stage.start({
      actor: accessToken,
      service: await stage.cast.serviceToken(),
    })
    expectError(stale, 403, 'MFA_REQUIRED', {
      acr_values: 'urn:understudy:acr:mfa',
      max_age: 300,
    })
    advance(4)
    const service = await stage.cast.serviceToken()
    const expired = (): Promise<JsonAnswer> => stage.start({ actor: accessToken, service })
    await expectDenied(stage, expired, 403, INVALID, { actor: null })
  })

  it('B13 the ID token of an administrator is not an access token', async () => {
    expect(root.idToken.split('.')).toHaveLength(3)
    await expectRefused(stage, root.idToken)
  })

  it('B14 nothing else an administrator has stands for the access token', async () => {
    const { booted, cast } = stage
    const authorize = new URLSearchParams({
      client_id: 'admin-panel',
      response_type: 'code',
      redirect_uri: 'http://localhost:4001/auth/callback',
      scope: 'openid',
    })
    const { url } = await root.jar.follow(`${booted.issuer}/auth?${authorize.toString()}`)
    const code = new URL(url).searchParams.get('code') ?? ''
    const pushed = await cast.form('/request', Object.fromEntries(authorize), 'admin-panel')
    const logout = await sign(stage, { events: {} }, { typ: 'logout+jwt' })
    const session = root.jar.cookies.get('understudy_session') ?? ''
    const others = { code, session, logout, refresh: root.refreshToken ?? '' }
    for (const [name, token] of Object.entries(others)) {
      expect(`${name} ${token}`).toMatch(/ [\w.-]{20}/)
      cast.secrets.add(token)
      await expectRefused(stage, token)
    }
    for (const token of [pushed.body.request_uri ?? 'urn:ietf:params:oauth:request_uri:x', 'state'])
      await expectRefused(stage, token)
  })

  it('B15 the token of the service itself is not one of a person', async () => {
    await expectRefused(stage, stage.service)
    await expectRefused(stage, await stage.cast.serviceToken('admin-panel'))
  })

  it('B16 a service that is named like an administrator is not that administrator', async () => {
    await addService(stage.booted, 'usr_root', 'root')
    await expectRefused(stage, await stage.cast.serviceToken('usr_root'))
  })

  it.each(['access token', 'refresh token', 'grant', 'login'])(
    'B17 a token that was taken back is dead at once: by its %s',
    async (what) => {
      const { booted, cast } = stage
      const { accessToken, refreshToken, idToken, jar } = await cast.signIn('root2@acme.test')
      const revoke = async (token: string): Promise<unknown> =>
        cast.form('/token/revocation', { token }, 'admin-panel')
      if (what === 'access token') await revoke(accessToken)
      if (what === 'refresh token') await revoke(refreshToken ?? '')
      if (what === 'grant')
        await sqlBeside(
          booted,
          `delete from oidc_model where model = 'Grant' and id = (select grant_id from oidc_model
           where id = '${hashOf(accessToken)}')`,
        )
      if (what === 'login') {
        const asked = `${booted.issuer}/session/end?id_token_hint=${idToken}`
        const { page } = await jar.follow(asked)
        const xsrf = /name="xsrf"[^>]*value="([^"]*)"/.exec(page ?? '')?.[1] ?? ''
        const form = new URLSearchParams({ xsrf, logout: 'yes' })
        await jar.follow(`${booted.issuer}/session/end/confirm`, form)
      }
      await expectRefused(stage, accessToken)
    },
  )

  it('B18 an account that was disabled or lost its role may not, whatever its token says', async () => {
    const { accounts } = stage.booted.parts.storage
    const actor = await stage.token('root2@acme.test')
    const notAllowed = (): Promise<unknown> =>
      expectDenied(stage, () => stage.start({ actor }), 403, 'IMPERSONATOR_NOT_ALLOWED', {
        actor: 'usr_root2',
      })
    await accounts.setStatus('usr_root2', 'disabled')
    await notAllowed()
    await accounts.setStatus('usr_root2', 'active')
    await accounts.setRoles('usr_root2', ['support_agent'])
    await notAllowed()
    await accounts.setRoles('usr_root2', ['super_admin'])
    expect((await stage.start({ actor })).status).toBe(200)
    // A deleted account is nobody's, and its token is nothing.
    const known = await accounts.findCredentials('root@acme.test')
    if (known === undefined) throw new Error('the demo has no root')
    const gone = { ...known.account, sub: 'usr_gone', email: 'gone@acme.test' }
    await accounts.add(gone, known.passwordHash, Date.now())
    const { accessToken } = await stage.cast.signIn(gone.email)
    await sqlBeside(stage.booted, "delete from account where sub = 'usr_gone'")
    await expectRefused(stage, accessToken)
  })

  it('B22 a token that differs in a character is another token', async () => {
    const token = stage.root
    const swapped = [...token].map((c) =>
      c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase(),
    )
    const wrong = [
      `${token}A`,
      `${token}=`,
      `A${token}`,
      swapped.join(''),
      `${token} `,
      `${token}\n`,
    ]
    for (let cut = 1; cut <= 5; cut++) wrong.push(token.slice(0, -cut), token.slice(cut))
    const answers: JsonAnswer[] = []
    for (const actor of wrong) answers.push(await expectRefused(stage, actor))
    const [first, ...rest] = answers.map(comparable)
    for (const answer of rest) expect(answer).toEqual(first)
  })

  it('B24 a token is not used up: after fifty refused targets it is as good as before', async () => {
    for (let turn = 0; turn < 50; turn++)
      expectError(await stage.start({ user: `usr_${turn}` }), 404, 'NOT_FOUND')
    expect((await stage.start()).status).toBe(200)
  })

  it('B25 a bad token answers before subject and app are looked at', async () => {
    const answers = [
      await expectRefused(stage, 'x'),
      await stage.start({ actor: root.idToken, user: 'usr_nobody', app: 'acme-web' }),
      await stage.start({ actor: 'x', user: 'usr_root', app: 'nowhere' }),
      await stage.start({ actor: 'x', user: 'usr_lena', app: 'acme-backend' }),
    ]
    const [first, ...rest] = answers.map(comparable)
    for (const answer of rest) expect(answer).toEqual(first)
  })

  it('B26 an opaque token outlives the signing keys; a JWT of a retired key stays refused', async () => {
    const { parts } = stage.booted
    const before = await sign(stage)
    const ignore = (): Promise<void> => Promise.resolve()
    for (let turn = 0; turn < 3; turn++)
      await rotateKeys(parts.storage, parts.box, parts.clock, ignore)
    await stage.restart()
    await expectRefused(stage, before)
    await expectRefused(stage, await sign(stage))
    expect((await stage.start()).status).toBe(200)
  })
})

/** How a token is stored. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

describe.each(['sqlite', 'postgres'] as const)(
  'administrators of organisations, on %s',
  (database) => {
    const stage = onStage(database, {
      IMPERSONATION_ROLES: 'super_admin,org_admin@organization',
    })

    it('B21 an administrator of one organisation learns nothing of another', async () => {
      const actor = await stage.token('olga@northwind.test')
      const at = (user: string): (() => Promise<JsonAnswer>) => {
        return () => stage.start({ actor, user })
      }
      const about = { actor: 'usr_olga' }
      const foreign = await expectDenied(stage, at('usr_omar'), 404, 'NOT_FOUND', about)
      const nobody = await expectDenied(stage, at('usr_nobody'), 404, 'NOT_FOUND', about)
      const disabled = await expectDenied(stage, at('usr_lena'), 404, 'NOT_FOUND', about)
      const staff = await expectDenied(stage, at('usr_root'), 404, 'NOT_FOUND', about)
      for (const answer of [nobody, disabled, staff])
        expect(comparable(answer)).toEqual(comparable(foreign))
      expect((await at('usr_jane')()).status).toBe(200)
    })
  },
)
