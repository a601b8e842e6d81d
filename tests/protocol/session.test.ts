import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Authorization, Seen } from '../support/visitor.ts'
import { authorization, passPages, redeem, Visitor, wordsOf } from '../support/visitor.ts'

const ROOT = 'root@acme.test'
const SESSION = 'understudy_session'

let booted: Booted
let cast: Cast

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
})
afterAll(() => booted.close())

interface SignedIn {
  readonly visitor: Visitor
  readonly request: Authorization
  readonly callback: string
}

async function signIn(visitor: Visitor = new Visitor(booted.issuer)): Promise<SignedIn> {
  const request = authorization()
  const { url } = await passPages(booted, visitor, await visitor.open(request.address), ROOT)
  return { visitor, request, callback: url }
}

const isSignedIn = async (visitor: Visitor): Promise<boolean> => {
  const { url } = await visitor.open(authorization('admin-panel', { prompt: 'none' }).address)
  return new URL(url).searchParams.has('code')
}

/** What a browser was told to keep: name → attributes. */
const cookiesOf = (answer: Response): Map<string, string> =>
  new Map(
    answer.headers.getSetCookie().map((cookie) => {
      const [pair = '', ...attributes] = cookie.split('; ')
      const kept = attributes.filter((attribute) => !attribute.startsWith('expires='))
      return [pair.split('=')[0] ?? '', kept.join('; ')]
    }),
  )

describe('Cookies (RFC 6265, over http on the loopback)', () => {
  it('are HttpOnly, SameSite=Lax, signed, and named so that no other port’s are met', async () => {
    const { visitor } = await signIn()
    const answer = await visitor.send(booted.issuer + authorization().address)
    expect(cookiesOf(answer)).toEqual(
      new Map([
        [SESSION, 'path=/; samesite=lax; httponly'],
        [`${SESSION}.sig`, 'path=/; samesite=lax; httponly'],
      ]),
    )
  })

  it('of a waiting authorization request reach its own pages only', async () => {
    const visitor = new Visitor(booted.issuer)
    const answer = await visitor.send(booted.issuer + authorization().address)
    const { pathname } = new URL(answer.headers.get('location') ?? '', booted.issuer)
    const uid = pathname.split('/')[2]
    const scoped = (path: string): string => `path=${path}; samesite=lax; httponly`
    expect(cookiesOf(answer)).toEqual(
      new Map([
        ['understudy_interaction', scoped(`/interaction/${uid}`)],
        ['understudy_interaction.sig', scoped(`/interaction/${uid}`)],
        ['understudy_resume', scoped(`/auth/${uid}`)],
        ['understudy_resume.sig', scoped(`/auth/${uid}`)],
      ]),
    )
  })

  it('that were tampered with are nobody’s', async () => {
    const { visitor } = await signIn()
    expect(await isSignedIn(visitor)).toBe(true)
    visitor.jar.cookies.set(`${SESSION}.sig`, 'A'.repeat(27))
    expect(await isSignedIn(visitor)).toBe(false)
  })

  it('are opaque, and have no prefix that a browser would refuse over http', async () => {
    const { visitor } = await signIn()
    expect(visitor.jar.cookies.get(SESSION)).toMatch(/^[\w-]{21,64}$/)
    for (const name of visitor.jar.cookies.keys()) expect(name).not.toMatch(/^__(?:Host|Secure)-/)
  })
})

describe('Session fixation (OWASP ASVS 7.2.4)', () => {
  it('fails: the session gets another id at every login', async () => {
    const visitor = new Visitor(booted.issuer)
    const ids: (string | undefined)[] = []
    for (let round = 0; round < 2; round++) {
      const request = authorization('admin-panel', { prompt: 'login' })
      await passPages(booted, visitor, await visitor.open(request.address), ROOT)
      ids.push(visitor.jar.cookies.get(SESSION))
    }
    expect(new Set(ids).size).toBe(2)
    expect(ids).not.toContain(undefined)
    const old = new Visitor(booted.issuer)
    for (const [name, value] of visitor.jar.cookies) old.jar.cookies.set(name, value)
    old.jar.cookies.set(SESSION, ids[0] ?? '')
    expect(await isSignedIn(old)).toBe(false)
  })

  it('fails: an id from before the login is not taken over', async () => {
    const visitor = new Visitor(booted.issuer)
    visitor.jar.cookies.set(SESSION, 'chosen-by-somebody-else')
    await signIn(visitor)
    expect(visitor.jar.cookies.get(SESSION)).not.toBe('chosen-by-somebody-else')
    expect(await isSignedIn(visitor)).toBe(true)
  })
})

describe('Logout (OpenID Connect RP-Initiated Logout 1.0)', () => {
  const address = (params: Record<string, string> = {}): string =>
    `/session/end?${new URLSearchParams(params).toString()}`

  it('asks first, and stays signed in when nobody says yes', async () => {
    const { visitor } = await signIn()
    const page = await visitor.open(address())
    expect(page.status).toBe(200)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(wordsOf(page)).toContain('Sign out?')
    expect(wordsOf(page)).toContain(new URL(booted.issuer).host)
    await visitor.submit(page, {})
    expect(await isSignedIn(visitor)).toBe(true)
  })

  it('signs out, says so, and takes the cookie away', async () => {
    const { visitor } = await signIn()
    const page = await visitor.submit(await visitor.open(address()), { logout: 'yes' })
    expect(wordsOf(page)).toContain('You are signed out')
    expect(visitor.jar.cookies.has(SESSION)).toBe(false)
    expect(await isSignedIn(visitor)).toBe(false)
  })

  it('goes back to the app, with its state, where that was registered', async () => {
    const { visitor, request, callback } = await signIn()
    const { body } = await redeem(cast, request, callback)
    const params = { id_token_hint: body.id_token, state: 's 1' }
    const back = { post_logout_redirect_uri: 'http://localhost:4001/' }
    const page = await visitor.open(address({ ...params, ...back }))
    const { url } = await visitor.submit(page, { logout: 'yes' })
    expect(url).toBe('http://localhost:4001/?state=s+1')
  })

  it('goes nowhere else', async () => {
    const { visitor } = await signIn()
    const wish = { client_id: 'admin-panel', post_logout_redirect_uri: 'https://evil.test/' }
    const page = await visitor.open(address(wish))
    expect(page.status).toBe(400)
    expect(page.text).not.toContain('evil')
    expect(await isSignedIn(visitor)).toBe(true)
  })

  it.each([
    ['a missing', {}],
    ['a wrong', { xsrf: 'guess' }],
  ])('refuses %s form secret and changes nothing', async (_, fields) => {
    const { visitor } = await signIn()
    await visitor.open(address())
    const form = new URLSearchParams({ logout: 'yes', ...fields })
    const answer = await visitor.send(`${booted.issuer}/session/end/confirm`, form)
    expect(answer.status).toBe(400)
    expect(await isSignedIn(visitor)).toBe(true)
  })

  it('takes the administrator’s tokens along', async () => {
    const { visitor, request, callback } = await signIn()
    const { body } = await redeem(cast, request, callback)
    expect((await cast.introspect(body.access_token)).body.active).toBe(true)
    await visitor.submit(await visitor.open(address()), { logout: 'yes' })
    expect((await cast.introspect(body.access_token)).body).toEqual({ active: false })
    const fields = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    expect((await cast.form('/token', fields, 'admin-panel')).body.error).toBe('invalid_grant')
  })

  it('of the administrator ends the impersonation', async () => {
    const { visitor, request, callback } = await signIn()
    const { body } = await redeem(cast, request, callback)
    const started = await cast.start({ actor: body.access_token })
    expect(started.status).toBe(200)
    await visitor.submit(await visitor.open(address()), { logout: 'yes' })
    expect((await cast.refresh(started.body.refresh_token)).body.error).toBe('invalid_grant')
    const { impersonation_id: impersonation } = started.body
    expect((await cast.audit({ impersonation })).at(-1)).toMatchObject({
      action: 'impersonation.ended',
      details: { ended_by: 'logout' },
    })
  })

  it('without a session needs no question', async () => {
    const visitor = new Visitor(booted.issuer)
    const form: Seen = await visitor.open(address())
    expect(wordsOf(await visitor.submit(form, {}))).toContain('You are signed out')
  })
})

describe('A form of the library that submits itself', () => {
  it('may run its one script under the page’s policy, and has a button without script', async () => {
    const visitor = new Visitor(booted.issuer)
    const { text, headers } = await visitor.open('/session/end')
    const [, script = ''] = /<script>([^]*)<\/script>/.exec(text) ?? []
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))
    const hash = Buffer.from(digest).toString('base64')
    expect(headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}';`)
    expect(text).toMatch(/<noscript>[^]*<button[^>]*type="submit"/)
  })
})
