import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { begin } from '../support/scene.ts'
import type { Seen } from '../support/visitor.ts'
import { authorization, formOf, passPages, redeem, Visitor, wordsOf } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const EVIL = 'https://evil.test'
/** How a browser says that another site sends it. */
const CROSS_SITE = {
  origin: EVIL,
  referer: `${EVIL}/`,
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
}

describe.each(['sqlite', 'postgres'] as const)('signing out, on %s', (database) => {
  const stage = onStage(database)

  interface SignedIn {
    readonly visitor: Visitor
    readonly idToken: string
  }
  async function signIn(email = JANE, clientId = 'acme-portal'): Promise<SignedIn> {
    const visitor = new Visitor(stage.booted.issuer)
    const request = authorization(clientId)
    const { url } = await passPages(
      stage.booted,
      visitor,
      await visitor.open(request.address),
      email,
    )
    const { body } = await redeem(stage.cast, request, url)
    return { visitor, idToken: body.id_token }
  }
  const isSignedIn = async (visitor: Visitor): Promise<boolean> => {
    const { url } = await visitor.open(authorization('acme-portal', { prompt: 'none' }).address)
    return url.includes('?code=')
  }
  const end = (visitor: Visitor, params: Record<string, string>): Promise<Seen> =>
    visitor.open(`/session/end?${new URLSearchParams(params).toString()}`, CROSS_SITE)

  it('R17 from a page of the attacker only shows the question', async () => {
    const { visitor, idToken } = await signIn()
    const other = await signIn('root2@acme.test', 'admin-panel')
    const acting = await begin(stage.cast, { actor: stage.root, service: stage.service })
    const hints = [null, idToken, other.idToken, acting.idToken]
    for (const hint of hints) {
      const params = { logout: 'yes', state: 's', ...(hint !== null && { id_token_hint: hint }) }
      const page = await end(visitor, params)
      expect([page.status, wordsOf(page).startsWith('Sign out?')]).toEqual([200, true])
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(page.headers.get('x-frame-options')).toBe('DENY')
      expect(await isSignedIn(visitor)).toBe(true)
    }
  })

  it('with a forged hint is refused', async () => {
    const { visitor, idToken } = await signIn()
    const claims = decodeJwt(idToken)
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const [header, payload, signature = ''] = idToken.split('.')
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'usr_root' })).toString('base64url')
    const jwk = await exportJWK(publicKey)
    const forged = [
      new UnsecuredJWT(claims).encode(),
      `${header}.${other}.${signature}`,
      `${header}.${payload}.${'A'.repeat(signature.length)}`,
      `${header}.${payload}.`,
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', jwk }).sign(privateKey),
      await new SignJWT({ ...claims, iss: EVIL })
        .setProtectedHeader({ alg: 'ES256' })
        .sign(privateKey),
      await new SignJWT({ ...claims, aud: 'nobody' })
        .setProtectedHeader({ alg: 'ES256' })
        .sign(privateKey),
      'a.b.c',
      'x',
    ]
    for (const hint of forged) {
      const page = await end(visitor, { id_token_hint: hint })
      expect([page.status, page.headers.get('location')]).toEqual([400, null])
      expect(await isSignedIn(visitor)).toBe(true)
    }
  })

  it('is not done by a form of the attacker’s', async () => {
    const { visitor } = await signIn()
    const at = (path: string): string => stage.booted.issuer + path
    // SameSite=Lax would hold these back already; here the browser is an old one, which sends cookies.
    const attacker = new Visitor(stage.booted.issuer)
    const { hidden } = formOf(await attacker.open('/session/end'))
    await visitor.open('/session/end')
    for (const xsrf of [hidden['xsrf'] ?? '', 'guess', '']) {
      const form = new URLSearchParams({ xsrf, logout: 'yes' })
      const answer = await visitor.send(at('/session/end/confirm'), form, CROSS_SITE)
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
      expect(await isSignedIn(visitor)).toBe(true)
    }
    const form = new URLSearchParams({ logout: 'yes' })
    const posted = await visitor.send(at('/session/end'), form, CROSS_SITE)
    expect([200, 400, 404]).toContain(posted.status)
    const got = await visitor.send(
      `${at('/session/end/confirm')}?${form.toString()}`,
      undefined,
      CROSS_SITE,
    )
    expect(got.status).toBe(404)
    expect(await isSignedIn(visitor)).toBe(true)
  })

  it.each([
    `${EVIL}/`,
    'http://localhost:4002/?x=1',
    'http://localhost:4002/?',
    'http://localhost:4002/#x',
    'http://localhost:4002/more',
    'http://localhost:4002//',
    'http://localhost:4002',
    'http://LOCALHOST:4002/',
    'http://localhost:4002@evil.test/',
    'http://127.0.0.1:4002/',
    'https://localhost:4002/',
    'http://localhost:4003/',
    'http://localhost:4002/callback',
    'javascript:alert(1)',
    '//evil.test',
    '/',
  ])('R18 goes back to a registered address only: not to %s', async (uri) => {
    const { visitor, idToken } = await signIn()
    for (const who of [{ client_id: 'acme-portal' }, { id_token_hint: idToken }]) {
      const page = await end(visitor, { ...who, post_logout_redirect_uri: uri })
      expect([page.status, page.headers.get('location')]).toEqual([400, null])
      expect(page.text).not.toContain('evil.test')
    }
    // Without an app that has registered it, it is not looked at (RP-Initiated Logout 1.0 §3).
    const nobodys = await end(visitor, { post_logout_redirect_uri: uri })
    expect(nobodys.status).toBe(200)
    const { url } = await visitor.submit(nobodys, { logout: 'yes' })
    expect(url).toBe(`${stage.booted.issuer}/session/end/success`)
  })

  it('goes back to a registered address, with nothing but the state', async () => {
    const { visitor, idToken } = await signIn()
    const back = 'http://localhost:4002/'
    const params = { id_token_hint: idToken, post_logout_redirect_uri: back, state: '&x=1#y' }
    const { url } = await visitor.submit(await end(visitor, params), { logout: 'yes' })
    expect(url).toBe(`${back}?state=%26x%3D1%23y`)
    expect(await isSignedIn(visitor)).toBe(false)
  })

  it('R14 no page between an app and its answer can be read by another origin', async () => {
    const visitor = new Visitor(stage.booted.issuer)
    const login = await visitor.open(authorization('acme-portal').address)
    const uid = new URL(login.url).pathname.split('/')[2]
    const paths = [
      authorization('acme-portal').address,
      `/auth/${uid}`,
      `/interaction/${uid}`,
      `/interaction/${uid}/login`,
      `/interaction/${uid}/second-factor`,
      `/interaction/${uid}/consent`,
      `/interaction/${uid}/cancel`,
      '/session/end',
      '/session/end/confirm',
      '/session/end/success',
      '/account',
      '/account/security',
      '/',
      '/healthz',
    ]
    const form = new URLSearchParams({ email: JANE })
    for (const path of paths) {
      for (const origin of ['http://localhost:4002', EVIL, 'null', stage.booted.issuer]) {
        const asked = { origin, 'access-control-request-method': 'POST' }
        const preflight = await fetch(stage.booted.issuer + path, {
          method: 'OPTIONS',
          headers: asked,
        })
        const answers = [
          preflight,
          await visitor.send(stage.booted.issuer + path, undefined, { origin }),
          await visitor.send(stage.booted.issuer + path, form, { origin }),
        ]
        for (const { headers } of answers) {
          const cors = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
          expect([path, origin, cors]).toEqual([path, origin, []])
        }
      }
    }
  })
})
