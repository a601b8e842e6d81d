import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callbackLinks } from '../../server/src/impersonation/link.ts'

const parameters = {
  refresh_token: 'a-_b',
  refresh_token_expires_on: 1795190400,
  refresh_token_expires_in: 1800,
}
const added = 'refresh_token=a-_b&refresh_token_expires_on=1795190400&refresh_token_expires_in=1800'

const link = (uri: string, placement: 'query' | 'fragment' = 'query'): string | undefined =>
  callbackLinks([uri], placement, parameters)[0]

describe('contract §1: one link per redirect URI', () => {
  it.each([
    ['https://portal.example/callback', `https://portal.example/callback?${added}`],
    ['https://portal.example', `https://portal.example/?${added}`],
    ['https://portal.example/cb?from=a&b', `https://portal.example/cb?from=a&b&${added}`],
    ['https://portal.example/cb?x=%20+é', `https://portal.example/cb?x=%20+%C3%A9&${added}`],
    ['http://localhost:4002/callback', `http://localhost:4002/callback?${added}`],
    ['http://127.0.0.1:4002/callback', `http://127.0.0.1:4002/callback?${added}`],
    ['http://[::1]:4002/callback', `http://[::1]:4002/callback?${added}`],
  ])('in the query of %s, which keeps the one it has', (uri, expected) => {
    expect(link(uri)).toBe(expected)
  })

  it('in the fragment, where no server sees it', () => {
    expect(link('https://portal.example/cb?from=a', 'fragment')).toBe(
      `https://portal.example/cb?from=a#${added}`,
    )
  })

  it('in the order of the redirect URIs, without those that are not safe', () => {
    const uris = ['https://b.example/', 'http://b.example/', 'https://a.example/']
    expect(callbackLinks(uris, 'query', parameters)).toEqual([
      `https://b.example/?${added}`,
      `https://a.example/?${added}`,
    ])
  })

  it.each([
    'http://portal.example/callback',
    'http://localhost.evil.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'com.example.app:/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://user:secret@portal.example/',
    'https://user@portal.example/',
    'https://portal.example/#fragment',
    'https://*.portal.example/callback',
    '/callback',
    '',
    'not a URI',
  ])('puts no token into %j', (uri) => {
    expect(callbackLinks([uri], 'query', parameters)).toEqual([])
    expect(callbackLinks([uri], 'fragment', parameters)).toEqual([])
  })

  it('leads to the origin and path of the redirect URI, and nowhere else', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, validSchemes: ['https'] }), (uri) => {
        const before = new URL(uri)
        const after = new URL(link(uri) ?? '')
        expect(after.origin + after.pathname).toBe(before.origin + before.pathname)
        expect(after.search.startsWith(before.search)).toBe(true)
        expect(after.searchParams.get('refresh_token')).toBe('a-_b')
      }),
    )
  })
})
