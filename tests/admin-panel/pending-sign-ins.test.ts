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

function expectFailed({ status, body, headers }: JsonAnswer): void {
  expect([status, headers.get('location')]).toEqual([400, null])
  expect(body).toContain('SIGN_IN_FAILED')
  const cookies = headers.getSetCookie().map((cookie) => cookie.split('=')[0])
  expect(cookies).not.toContain('understudy_panel')
}

describe('a sign-in under way', () => {
  it('is not lost to however many others that anybody begins', { timeout: 60_000 }, async () => {
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
    for (let at = 0; at < value.length; at += 7) {
      const changed = value.slice(0, at) + (value[at] === 'A' ? 'Q' : 'A') + value.slice(at + 1)
      visitor.jar.cookies.set(name, changed)
      expectFailed(await visitor.open(callback))
    }
    for (const broken of ['A', 'A'.repeat(38), value.slice(0, -4), `${value}AAAA`]) {
      visitor.jar.cookies.set(name, broken)
      expectFailed(await visitor.open(callback))
    }
    visitor.jar.cookies.set(name, value)
    expect((await visitor.open(callback)).status).toBe(303)
  })

  it('is finished by its own cookie, and by none of another that is under way', async () => {
    const mine = new PanelVisitor(scene)
    const callback = await mine.toCallback(ROOT)
    const [[name, own] = ['', '']] = heldBy(mine)
    const thief = new PanelVisitor(scene)
    await thief.open('/auth/login')
    const [[, foreign] = ['', '']] = heldBy(thief)
    mine.jar.cookies.set(name, foreign)
    expectFailed(await mine.open(callback))
    mine.jar.cookies.set(name, own)
    expect((await mine.open(callback)).status).toBe(303)
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
