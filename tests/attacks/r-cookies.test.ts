import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { boot } from '../support/boot.ts'
import { rawRequest } from '../support/raw-request.ts'
import { authorization, formOf, passPages, Visitor } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const SESSION = 'understudy_session'
const FLAGS = 'path=/; samesite=lax; httponly'

/** Attributes of every cookie an answer sets, without their times. */
const cookiesOf = (lines: readonly string[]): Map<string, string> =>
  new Map(
    lines.map((line) => {
      const [pair = '', ...attributes] = line.split('; ')
      const kept = attributes.filter((attribute) => !attribute.startsWith('expires='))
      return [pair.split('=')[0] ?? '', kept.join('; ')]
    }),
  )

describe.each(['sqlite', 'postgres'] as const)('the issuer’s cookies, on %s', (database) => {
  const stage = onStage(database)

  async function signIn(
    visitor = new Visitor(stage.booted.issuer),
    params: Record<string, string> = {},
  ): Promise<Visitor> {
    const { address } = authorization('acme-portal', params)
    await passPages(stage.booted, visitor, await visitor.open(address), JANE)
    return visitor
  }
  const isSignedIn = async (cookies: Iterable<readonly [string, string]>): Promise<boolean> => {
    const visitor = new Visitor(stage.booted.issuer)
    for (const [name, value] of cookies) visitor.jar.cookies.set(name, value)
    const { url } = await visitor.open(authorization('acme-portal', { prompt: 'none' }).address)
    return url.includes('?code=')
  }
  const withCookie = (
    visitor: Visitor,
    name: string,
    value: string | null,
  ): Map<string, string> => {
    const cookies = new Map(visitor.jar.cookies)
    if (value === null) cookies.delete(name)
    else cookies.set(name, value)
    return cookies
  }

  it('R16 are HttpOnly, SameSite=Lax and signed, and worth nothing altered', async () => {
    const visitor = await signIn()
    const answer = await visitor.send(stage.booted.issuer + authorization('acme-portal').address)
    expect(cookiesOf(answer.headers.getSetCookie())).toEqual(
      new Map([
        [SESSION, FLAGS],
        [`${SESSION}.sig`, FLAGS],
      ]),
    )
    const id = visitor.jar.cookies.get(SESSION) ?? ''
    const sig = visitor.jar.cookies.get(`${SESSION}.sig`) ?? ''
    const other = await signIn()
    expect(await isSignedIn(visitor.jar.cookies)).toBe(true)
    const changed = sig.slice(0, 10) + (sig[10] === 'A' ? 'B' : 'A') + sig.slice(11)
    for (const altered of [
      withCookie(visitor, `${SESSION}.sig`, null),
      withCookie(visitor, `${SESSION}.sig`, 'x'),
      withCookie(visitor, `${SESSION}.sig`, changed),
      withCookie(visitor, `${SESSION}.sig`, other.jar.cookies.get(`${SESSION}.sig`) ?? ''),
      withCookie(visitor, SESSION, `${id}x`),
      withCookie(visitor, SESSION, other.jar.cookies.get(SESSION) ?? ''),
      withCookie(visitor, SESSION, null),
    ]) {
      expect(await isSignedIn(altered)).toBe(false)
    }
  })

  it('name a session that changes its id with every login, so that none can be given away', async () => {
    const victim = new Visitor(stage.booted.issuer)
    const planted = await signIn()
    for (const [name, value] of planted.jar.cookies) victim.jar.cookies.set(name, value)
    const before = victim.jar.cookies.get(SESSION)
    await signIn(victim, { prompt: 'login' })
    expect(victim.jar.cookies.get(SESSION)).not.toBe(before)
    // The attacker's own copy of the cookie did not become a session of the victim's.
    expect(await isSignedIn(planted.jar.cookies)).toBe(false)
    expect(await isSignedIn(victim.jar.cookies)).toBe(true)

    const chosen = new Visitor(stage.booted.issuer)
    chosen.jar.cookies.set(SESSION, 'chosen-by-the-attacker')
    await signIn(chosen)
    expect(chosen.jar.cookies.get(SESSION)).not.toBe('chosen-by-the-attacker')
  })

  it('are worth nothing after the logout', async () => {
    const visitor = await signIn()
    const kept = new Map(visitor.jar.cookies)
    expect(await isSignedIn(kept)).toBe(true)
    await visitor.submit(await visitor.open('/session/end'), { logout: 'yes' })
    expect(await isSignedIn(kept)).toBe(false)
  })

  it('of a waiting request decide which one it is, whatever the address says', async () => {
    const [one, other] = [new Visitor(stage.booted.issuer), new Visitor(stage.booted.issuer)]
    const page = await one.open(authorization('acme-portal').address)
    const own = await other.open(authorization('acme-billing').address)
    // A browser keeps its cookie to the path of its own request; this one sends it to both.
    const seen = await other.open(page.url)
    expect(formOf(seen).action).toBe(formOf(own).action)
    expect(formOf(seen).hidden).toEqual(formOf(own).hidden)
    const nobody = await new Visitor(stage.booted.issuer).open(page.url)
    expect([nobody.status, nobody.text.includes('name="password"')]).toEqual([400, false])
  })

  it('have names over https that no subdomain and no http page can set', async () => {
    const host = 'id.understudy.test'
    const behind = await boot({
      database,
      env: { ISSUER: `https://${host}`, TRUSTED_PROXIES: '1' },
    })
    const { address } = authorization('acme-portal')
    const { head } = await rawRequest(behind, [`GET ${address} HTTP/1.1`, `Host: ${host}`])
    const lines = [...head.matchAll(/^set-cookie: (.*)$/gim)].map(([, line = '']) => line.trim())
    const uid = /^location: .*\/interaction\/([\w-]+)/im.exec(head)?.[1]
    const scoped = (path: string): string => `path=${path}; samesite=lax; secure; httponly`
    expect(cookiesOf(lines)).toEqual(
      new Map([
        ['__Secure-understudy_interaction', scoped(`/interaction/${uid}`)],
        ['__Secure-understudy_interaction.sig', scoped(`/interaction/${uid}`)],
        ['__Secure-understudy_resume', scoped(`/auth/${uid}`)],
        ['__Secure-understudy_resume.sig', scoped(`/auth/${uid}`)],
      ]),
    )
    const ended = await rawRequest(behind, ['GET /session/end HTTP/1.1', `Host: ${host}`])
    const [first = ''] = /^set-cookie: __Host-.*$/im.exec(ended.head) ?? []
    expect(first).toMatch(
      /^set-cookie: __Host-understudy_session=[\w-]+; path=\/;.*; secure; httponly/i,
    )
    expect(first).not.toMatch(/domain=/i)
    await behind.close()
  })
})
