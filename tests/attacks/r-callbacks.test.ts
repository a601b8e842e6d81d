import { beforeAll, describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import type { Seen } from '../support/visitor.ts'
import { authorization, formOf, passPages, redeem, Visitor, wordsOf } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const REGISTERED = 'http://localhost:4002/callback'

/** Addresses that resemble a registered one, by what was done to it. */
const nearly: Readonly<Record<string, string>> = {
  'a prefix': 'http://localhost:4002/call',
  'a suffix': `${REGISTERED}/more`,
  'a slash at the end': `${REGISTERED}/`,
  'a query': `${REGISTERED}?x=1`,
  'an empty query': `${REGISTERED}?`,
  'a fragment': `${REGISTERED}#x`,
  'an empty fragment': `${REGISTERED}#`,
  'a path that climbs': `${REGISTERED}/../callback`,
  'a path that climbs, encoded': `${REGISTERED}/%2e%2e/callback`,
  'a double slash': 'http://localhost:4002//callback',
  'a backslash': 'http://localhost:4002\\callback',
  'an encoded letter': 'http://localhost:4002/callbac%6b',
  'an encoded NUL': `${REGISTERED}%00`,
  'another case of the path': 'http://localhost:4002/Callback',
  'another case of the host': 'http://LOCALHOST:4002/callback',
  'a dot after the host': 'http://localhost.:4002/callback',
  'no port': 'http://localhost/callback',
  'another port': 'http://localhost:4005/callback',
  'a port with a zero': 'http://localhost:04002/callback',
  'another name of the loopback': 'http://127.0.0.1:4002/callback',
  'another scheme': 'https://localhost:4002/callback',
  'user info': 'http://jane@localhost:4002/callback',
  'the host as user info': 'http://localhost:4002@evil.test/callback',
  'a subdomain of somebody else': 'http://localhost:4002.evil.test/callback',
  'no scheme': '//localhost:4002/callback',
  'no host': '/callback',
  'a script': 'javascript:alert(1)//localhost:4002/callback',
  'a document': 'data:text/html,evil.test',
  'a space before': ` ${REGISTERED}`,
  'a line break after': `${REGISTERED}\r\nx: evil.test`,
  'two addresses': `${REGISTERED} ${REGISTERED}`,
  'the callback of another app': 'http://localhost:4003/callback',
  'the page after its logout': 'http://localhost:4002/',
}

/** A browser that keeps what every answer on its way said. */
class Recorder extends Visitor {
  readonly redirects: { status: number; to: string }[] = []

  override async send(...request: Parameters<Visitor['send']>): Promise<Response> {
    const answer = await super.send(...request)
    const location = answer.headers.get('location')
    if (location !== null) {
      this.redirects.push({ status: answer.status, to: new URL(location, request[0]).href })
    }
    return answer
  }
}

describe.each(['sqlite', 'postgres'] as const)('where browsers are sent, on %s', (database) => {
  const stage = onStage(database)
  let jane: Visitor

  beforeAll(async () => {
    jane = new Visitor(stage.booted.issuer)
    const { address } = authorization('acme-portal')
    await passPages(stage.booted, jane, await jane.open(address), JANE)
  })

  const expectPage = (seen: Seen, status = 400): void => {
    expect([seen.status, seen.url.startsWith(`${stage.booted.issuer}/`)]).toEqual([status, true])
    expect(seen.headers.get('location')).toBe(null)
    // With its dot: four letters alone stand in a random id now and then.
    expect(seen.text).not.toContain('evil.test')
  }

  it.each(Object.entries(nearly))('R09 a callback with %s is refused', async (_, uri) => {
    const seen = await jane.open(authorization('acme-portal', { redirect_uri: uri }).address)
    expectPage(seen)
    expect(wordsOf(seen)).toContain('an address that is not registered')
    const pushed = authorization('acme-portal', { redirect_uri: uri }).address.split('?')[1] ?? ''
    const { status, body } = await stage.cast.form(
      '/request',
      Object.fromEntries(new URLSearchParams(pushed)),
    )
    expect([status, body.request_uri]).toEqual([400, undefined])
  })

  it('a callback is named once, at both endpoints the same', async () => {
    const request = authorization('acme-billing', {
      redirect_uri: 'http://localhost:4003/callback',
    })
    const twice = `${request.address}&redirect_uri=${encodeURIComponent('https://evil.test/')}`
    expectPage(await jane.open(twice))
    const without = authorization('acme-portal').address.replace(/redirect_uri=[^&]*&/, '')
    expectPage(await jane.open(without))
    const { url } = await passPages(stage.booted, jane, await jane.open(request.address), JANE)
    const other = { redirect_uri: 'http://localhost:4003/callback?from=billing' }
    const { status, body } = await redeem(stage.cast, request, url, other)
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
  })

  it('R10 no parameter sends a browser to an address of the attacker', async () => {
    const evils = [
      'https://evil.test/',
      '//evil.test',
      '/\\evil.test',
      'https:evil.test',
      '/%09/evil.test',
    ]
    const names = [
      'iss',
      'return_to',
      'returnTo',
      'return',
      'next',
      'url',
      'target_link_uri',
      'RelayState',
    ]
    for (const evil of evils) {
      const extra = Object.fromEntries(names.map((name) => [name, evil]))
      const { url } = await jane.open(authorization('acme-portal', extra).address)
      expect(url).toMatch(/^http:\/\/localhost:4002\/callback\?code=[^&]+&state=a\+state&iss=/)
      expect(url).not.toContain('evil.test')

      const query = new URLSearchParams({ ...extra, state: evil }).toString()
      for (const path of ['/account', '/account/history', '/account/callback', '/interaction/none'])
        expect((await jane.open(`${path}?${query}`)).url.startsWith(stage.booted.issuer)).toBe(true)

      const wish = new URLSearchParams({ post_logout_redirect_uri: evil, ...extra }).toString()
      expectPage(await jane.open(`/session/end?${wish}`), 200)
      expectPage(await jane.open(`/session/end?client_id=acme-portal&${wish}`))
      expectPage(await jane.open(`/session/end/success?${wish}`), 200)
      expectPage(await jane.open(`/auth?${query}`))
    }
    for (const path of ['//evil.test/', '/\\evil.test/', '//evil.test/%2e%2e', '/auth//evil.test/'])
      expectPage(await jane.open(stage.booted.issuer + path), 404)
  })

  it('the login sends nobody elsewhere by a field of its form, nor by its own address', async () => {
    const visitor = new Visitor(stage.booted.issuer)
    const page = await visitor.open(authorization('acme-portal').address)
    const evil = 'https://evil.test/'
    const fields = {
      email: JANE,
      password: 'wrong',
      return_to: evil,
      redirect_uri: evil,
      next: evil,
    }
    const refused = await visitor.submit(page, fields)
    expectPage(refused)
    expect(new URL(formOf(refused).action, refused.url).origin).toBe(stage.booted.issuer)
  })

  it('every redirect is a 303, so that no password is sent on (RFC 9700 §4.12)', async () => {
    const visitor = new Recorder(stage.booted.issuer)
    const request = authorization('acme-billing')
    await passPages(stage.booted, visitor, await visitor.open(request.address), JANE)
    const out = await visitor.open('/session/end')
    await visitor.submit(out, { logout: 'yes' })
    expect(visitor.redirects.length).toBeGreaterThan(3)
    const allowed = [`${stage.booted.issuer}/`, 'http://localhost:4003/callback?']
    for (const { status, to } of visitor.redirects) {
      expect([status, allowed.some((start) => to.startsWith(start))]).toEqual([303, true])
    }
  })
})
