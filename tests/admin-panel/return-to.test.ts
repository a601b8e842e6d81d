import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { returnTo } from '../../admin-panel/server/return-to.ts'
import type { PanelScene } from './panel-scene.ts'
import { panelScene } from './panel-scene.ts'
import { PanelVisitor } from './panel-visitor.ts'

const PANEL = 'https://panel.example'

/** What leads out of an address and passes for plain text, and what browsers drop or turn. */
const STEPS = ['/', '//', '.', '..', '%2e', '%2f', '@', 'x', 'evil.test', '?', '#', ':']
const ODD = ['\\', '\t', '\n', '\r', '\0', ' ', 'ü', '%5c', 'https:', 'javascript:', 'auth', 'api']

const pathOf = (...pieces: string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => `/${parts.join('')}`)

const anyAddress: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  pathOf(...STEPS),
  pathOf(...STEPS, ...ODD),
)

describe('the place to return to', () => {
  it('is a page of the panel for a browser, whatever was asked for', () => {
    fc.assert(
      fc.property(anyAddress, (wanted) => {
        const location = returnTo(wanted, PANEL)
        expect(location).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
        const target = new URL(location, PANEL)
        expect([target.origin, target.username]).toEqual([PANEL, ''])
        expect(target.pathname).not.toMatch(/^\/(?:auth|api)(?:\/|$)/)
        // What is asked for again is judged the same.
        expect(returnTo(location, PANEL)).toBe(location)
      }),
      { numRuns: 5000, seed: 601 },
    )
  })

  it.each([
    ['/', '/'],
    ['/users', '/users'],
    ['/users/usr_jane?tab=sessions#top', '/users/usr_jane?tab=sessions#top'],
    [
      '/audit?from=2026-01-01T00:00:00.000Z&actor=a@b',
      '/audit?from=2026-01-01T00:00:00.000Z&actor=a@b',
    ],
    ['/users//x', '/users//x'],
    ['/users?next=//evil.test/', '/users?next=//evil.test/'],
    ['/a/../users', '/users'],
  ])('keeps %j', (wanted, kept) => {
    expect(returnTo(wanted, PANEL)).toBe(kept)
  })
})

describe('the way back from the issuer', () => {
  let scene: PanelScene
  beforeAll(async () => {
    scene = await panelScene()
  })
  afterAll(() => scene.close())

  it.each([
    '/.//evil.test/steal',
    '/..//evil.test/steal',
    '/x/..//evil.test/',
    '/x/%2e%2e//evil.test/',
    '/.%2f/evil.test/../..//evil.test/',
    '/./\\evil.test/',
    '/.//user@evil.test/',
    '/\t/evil.test/',
    '/.\n//evil.test/',
  ])('leads to the panel and nowhere else, asked to return to %j', async (wanted) => {
    const visitor = new PanelVisitor(scene)
    const login = `/auth/login?return_to=${encodeURIComponent(wanted)}`
    const back = await visitor.signIn('root@acme.test', login)
    expect([back.status, back.headers.get('location')]).toEqual([303, '/'])
  })
})
