import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonAnswer } from '../support/cast.ts'
import type { PanelScene } from './panel-scene.ts'
import { panelScene } from './panel-scene.ts'
import { PanelVisitor } from './panel-visitor.ts'

const ROOT = 'root@acme.test'
const NAME = 'understudy_panel_sign_in_'

let scene: PanelScene
let now = Date.now()

beforeAll(async () => {
  scene = await panelScene({}, { clock: () => now })
})
afterAll(() => scene.close())

/** Of which nobody ever comes back. */
async function beginMany(count: number): Promise<void> {
  let begun = 0
  const worker = async (): Promise<void> => {
    while (begun++ < count) {
      const answer = await fetch(`${scene.url}/auth/login`, { redirect: 'manual' })
      await answer.arrayBuffer()
      expect(answer.status).toBe(303)
    }
  }
  await Promise.all(Array.from({ length: 20 }, worker))
}

const heldBy = ({ jar }: PanelVisitor): [name: string, value: string][] =>
  [...jar.cookies].filter(([name]) => name.startsWith(NAME))

/** Base64url, with the highest of the six bits turned: the last character's low ones mean nothing. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const turned = (text: string, at: number): string =>
  text.slice(0, at) + ALPHABET[ALPHABET.indexOf(text[at] ?? '') ^ 32] + text.slice(at + 1)

/** A way back that works with what the browser was given, and with none of the others. */
async function expectOnlyItsOwn(
  visitor: PanelVisitor,
  callback: string,
  others: (own: string) => readonly string[],
): Promise<void> {
  const [[name, own] = ['', '']] = heldBy(visitor)
  for (const other of others(own)) {
    visitor.jar.cookies.set(name, other)
    expectFailed(await visitor.open(callback))
  }
  visitor.jar.cookies.set(name, own)
  expect((await visitor.open(callback)).status).toBe(303)
}

function expectFailed({ status, body, headers }: JsonAnswer): void {
  expect([status, headers.get('location')]).toEqual([400, null])
  expect(body).toContain('SIGN_IN_FAILED')
  const cookies = headers.getSetCookie().map((cookie) => cookie.split('=')[0])
  expect(cookies).not.toContain('understudy_panel')
}

describe('a sign-in under way', () => {
  it('is not lost to however many others that anybody begins', { timeout: 180_000 }, async () => {
    const victim = new PanelVisitor(scene)
    const callback = await victim.toCallback(ROOT)
    await beginMany(5100)
    const back = await victim.open(callback)
    expect([back.status, back.headers.get('location')]).toEqual([303, '/'])
    expect(heldBy(victim)).toEqual([])
  })

  it('tells whoever reads the cookie nothing, and takes it only as it was', async () => {
    const visitor = new PanelVisitor(scene)
    const callback = await visitor.toCallback(ROOT, '/auth/login?return_to=/users')
    const [[name, value] = ['', '']] = heldBy(visitor)
    const state = new URLSearchParams(callback.split('?')[1]).get('state') ?? ''
    const bytes = Buffer.from(value, 'base64url').toString('latin1')
    for (const word of [state, 'nonce', 'verifier', '/users']) {
      expect(name + value + bytes).not.toContain(word)
    }
    await expectOnlyItsOwn(visitor, callback, (own) => [
      ...Array.from({ length: Math.ceil(own.length / 7) }, (_, nth) => turned(own, nth * 7)),
      'A',
      'A'.repeat(38),
      own.slice(0, -4),
      `${own}AAAA`,
    ])
  })

  it('is finished by its own cookie, and by none of another that is under way', async () => {
    const mine = new PanelVisitor(scene)
    const callback = await mine.toCallback(ROOT)
    const thief = new PanelVisitor(scene)
    await thief.open('/auth/login')
    const [[, foreign] = ['', '']] = heldBy(thief)
    await expectOnlyItsOwn(mine, callback, () => [foreign])
  })

  it('comes back once, also when the browser asks twice at the same time', async () => {
    const visitor = new PanelVisitor(scene)
    const callback = await visitor.toCallback(ROOT)
    const twin = new PanelVisitor(scene)
    for (const [name, value] of visitor.jar.cookies) twin.jar.cookies.set(name, value)
    const answers = await Promise.all([visitor.open(callback), twin.open(callback)])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 400])
    // The code was redeemed once, or the issuer would have taken the tokens back (RFC 6749 §4.1.2).
    const one = answers[0].status === 303 ? visitor : twin
    expect((await one.get('/api/users?limit=1')).status).toBe(200)
  })

  it('is over after ten minutes', async () => {
    const visitor = new PanelVisitor(scene)
    const [late, soon] = [await visitor.toCallback(ROOT), await visitor.toCallback(ROOT)]
    const begun = now
    now += 10 * 60_000 - 1
    expect((await visitor.open(soon)).status).toBe(303)
    now += 1
    expectFailed(await visitor.open(late))
    now = begun
  })

  it('is over when the panel starts anew, and the page says how to go on', async () => {
    const visitor = new PanelVisitor(scene)
    const callback = await visitor.toCallback(ROOT)
    await scene.restartPanel()
    const back = await visitor.open(callback)
    expectFailed(back)
    expect(back.body).toContain('href="/auth/login"')
    expect(heldBy(visitor)).toEqual([])
    expect((await visitor.signIn(ROOT)).status).toBe(303)
  })

  it('goes on in several tabs, the oldest given up before the headers are too long', async () => {
    const visitor = new PanelVisitor(scene)
    const first = await visitor.toCallback(ROOT)
    const tabs: string[] = []
    for (let tab = 0; tab < 20; tab++) await visitor.open('/auth/login')
    for (let tab = 0; tab < 6; tab++) tabs.push(await visitor.toCallback(ROOT))
    const long = `/auth/login?return_to=/${'a'.repeat(900)}`
    expect(visitor.jar.header().length).toBeLessThan(6200)
    expectFailed(await visitor.open(first))
    for (const tab of tabs) expect((await visitor.open(tab)).status).toBe(303)
    for (let tab = 0; tab < 20; tab++) expect((await visitor.open(long)).status).toBe(303)
    expect(visitor.jar.header().length).toBeLessThan(6200)
    expect((await visitor.signIn(ROOT, long)).headers.get('location')).toBe(long.slice(22))
  })
})
