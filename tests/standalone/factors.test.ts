import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { stepOf, unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import { formsTo, press, visit } from '../support/account-visitor.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { assertInvariants } from '../support/invariants.ts'
import { advance, resetClock } from '../support/turned-clock.ts'
import type { Seen } from '../support/visitor.ts'
import { freshCode, PASSWORD, Visitor, wordsOf } from '../support/visitor.ts'

const SECURITY = '/account/security'

let booted: Booted
let cast: Cast
beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
})
afterEach(resetClock)
afterAll(() => booted.close())

const secretIn = (page: Seen): string =>
  (/<code translate="no">([A-Z2-7 ]+)<\/code>/.exec(page.text)?.[1] ?? '').replaceAll(' ', '')

const codesIn = (page: Seen): string[] =>
  [...page.text.matchAll(/<code translate="no">([a-z0-9]{5}-[a-z0-9]{5})<\/code>/g)].map(
    ([, code = '']) => code,
  )

interface Enrolled {
  readonly visitor: Visitor
  readonly secret: string
  /** The code that proved it. */
  readonly code: string
  readonly seen: Seen
}

/** Sets up an authenticator app as a customer does; gives its secret. */
async function enrol(email: string): Promise<Enrolled> {
  const { visitor, seen: page } = await visit(booted, `${SECURITY}/authenticator`, email)
  const secret = secretIn(page)
  const code = unusedCode(secret, null, Date.now()) ?? ''
  const seen = await press(visitor, page, `${SECURITY}/authenticator`, { code })
  return { visitor, secret, code, seen }
}

/** None of this minute or of the next ones. */
function wrongCode(secret: string): string {
  const isWrong = (code: string): boolean =>
    [0, 30_000, 60_000].every((later) => stepOf(code, secret, null, Date.now() + later) === null)
  return ['000000', '000001', '000002', '000003', '000004', '000005'].find(isWrong) ?? ''
}

/** A new browser, password given: what is asked next. */
async function afterPassword(email: string): Promise<{ visitor: Visitor; seen: Seen }> {
  const visitor = new Visitor(booted.issuer)
  const login = await visitor.open('/account')
  return { visitor, seen: await visitor.submit(login, { email, password: PASSWORD }) }
}

const factorEvents = async (sub: string): Promise<unknown[]> =>
  (await cast.audit({ subject: sub }))
    .filter(({ action }) => action.startsWith('mfa.'))
    .map(({ action, outcome, actor, details }) => [action, outcome, actor, details['method']])

describe('an authenticator app', () => {
  it('is set up by the code it shows, asked for at the next sign-in, and removed again', async () => {
    const email = 'priya@northwind.test'
    const { visitor, secret, code: used, seen } = await enrol(email)
    expect(seen.url).toBe(`${booted.issuer}${SECURITY}?done=enrolled`)
    expect(wordsOf(seen)).toContain('Your second factor is set up.')
    // The code that proved it is used up, and the session that saw it is not asked again.
    const next = await afterPassword(email)
    const wrong = await next.visitor.submit(next.seen, { code: used })
    expect([wrong.status, wordsOf(wrong)]).toEqual([400, expect.stringContaining('used already')])
    const factor = await booted.parts.storage.secondFactors.find('usr_priya')
    const code = unusedCode(secret, factor?.lastStep ?? null, Date.now()) ?? ''
    expect((await next.visitor.submit(wrong, { code })).url).toBe(`${booted.issuer}/account`)

    const removed = await press(visitor, seen, `${SECURITY}/authenticator/remove`)
    expect(wordsOf(removed)).toContain('Authenticator app Not set up.')
    expect(await factorEvents('usr_priya')).toEqual([
      ['mfa.enrolled', 'success', 'usr_priya', 'otp'],
      ['mfa.removed', 'success', 'usr_priya', 'otp'],
    ])
  })

  it('is not set up by a wrong code, by a secret of another session, or by none', async () => {
    const email = 'chidi@northwind.test'
    const path = `${SECURITY}/authenticator`
    const { visitor, seen } = await visit(booted, path, email)
    const secret = secretIn(seen)
    const wrong = await press(visitor, seen, path, { code: wrongCode(secret) })
    expect([wrong.status, secretIn(wrong)]).toEqual([400, secret])
    const other = await visit(booted, path, email)
    const [own] = formsTo(other.seen, path)
    const code = unusedCode(secret, null, Date.now()) ?? ''
    const [foreign] = formsTo(seen, path)
    for (const sealed of [foreign?.['sealed'] ?? '', '', 'x']) {
      const form = new URLSearchParams({ ...own, sealed, code })
      const answer = await other.visitor.send(booted.issuer + path, form)
      expect(answer.headers.get('location')).toBe(path)
    }
    expect(await booted.parts.storage.secondFactors.find('usr_chidi')).toBe(undefined)
  })
})

describe('a change of how somebody signs in', () => {
  it('needs a login of the last five minutes', async () => {
    const email = 'aiko@northwind.test'
    const { visitor, seen } = await visit(booted, `${SECURITY}/authenticator`, email)
    advance(301)
    const code = unusedCode(secretIn(seen), null, Date.now()) ?? ''
    const refused = await press(visitor, seen, `${SECURITY}/authenticator`, { code })
    expect(refused.url).toContain('/interaction/')
    expect(await booted.parts.storage.secondFactors.find('usr_aiko')).toBe(undefined)
    const again = await visit(booted, SECURITY, email, visitor)
    expect([again.seen.status, again.seen.url]).toEqual([200, booted.issuer + SECURITY])
    // What only looks, or ends something, does not.
    advance(301)
    expect((await visitor.open('/account')).url).toBe(`${booted.issuer}/account`)
  })

  it('needs the second factor where there is one, however fresh the login', async () => {
    const email = 'zofia@northwind.test'
    const before = await visit(booted, SECURITY, email)
    await enrol(email)
    expect(wordsOf(await before.visitor.open(SECURITY))).toContain('Enter your code')
  })

  it('gives staff no first second factor, and leaves them their last', async () => {
    const { storage } = booted.parts
    await storage.accounts.setRoles('usr_ingrid', ['super_admin'])
    const { visitor, seen } = await visit(booted, SECURITY, 'ingrid@contoso.test')
    expect(wordsOf(seen)).toContain('an administrator adds its first second factor')
    for (const path of ['authenticator', 'passkey']) {
      expect((await visitor.open(`${SECURITY}/${path}`)).url).toBe(booted.issuer + SECURITY)
    }
    const root = await visit(booted, SECURITY, 'root@acme.test')
    expect(formsTo(root.seen, `${SECURITY}/authenticator/remove`)).toEqual([])
    const csrf = /name="csrf" value="([^"]*)"/.exec(root.seen.text)?.[1] ?? ''
    const form = new URLSearchParams({ csrf })
    await root.visitor.send(`${booted.issuer}${SECURITY}/authenticator/remove`, form)
    expect(await storage.secondFactors.find('usr_root')).toBeDefined()
    await storage.accounts.setRoles('usr_ingrid', [])
  })
})

describe('recovery codes', () => {
  it('are shown once, let in once each, and count as a second factor', async () => {
    const email = 'kwame@contoso.test'
    const { visitor, seen } = await enrol(email)
    const shown = await press(visitor, seen, `${SECURITY}/recovery`)
    const codes = codesIn(shown)
    expect([codes.length, new Set(codes).size]).toEqual([10, 10])
    expect(shown.headers.get('cache-control')).toBe('no-store')
    const [code = ''] = codes
    const lost = await afterPassword(email)
    const action = new URL(
      /action="([^"]*second-factor)"/.exec(lost.seen.text)?.[1] ?? '',
      booted.issuer,
    )
    const spelt = ` ${code.toUpperCase().replace('-', ' ')}`
    const inside = await press(lost.visitor, lost.seen, action.pathname, { recovery_code: spelt })
    expect(inside.url).toMatch(/\/account$|\/auth\//)
    const events = await cast.audit({ actor: 'usr_kwame' })
    expect(events.filter(({ action: name }) => name === 'mfa.succeeded').at(-1)).toMatchObject({
      details: { method: 'recovery_code' },
    })
    expect(events.filter(({ action: name }) => name === 'login.succeeded').at(-1)).toMatchObject({
      details: { amr: ['pwd', 'otp'] },
    })
    const again = await afterPassword(email)
    const path = /action="([^"]*second-factor)"/.exec(again.seen.text)?.[1] ?? ''
    const refused = await press(again.visitor, again.seen, path, { recovery_code: code })
    expect([refused.status, wordsOf(refused)]).toEqual([
      400,
      expect.stringContaining('wrong, or it was used already'),
    ])
    expect(wordsOf(await visitor.open(SECURITY))).toContain('9 left; each is used once.')
  })

  it('are replaced by new ones, and go with the last second factor', async () => {
    const email = 'rohan@contoso.test'
    const { visitor, seen } = await enrol(email)
    const [first = ''] = codesIn(await press(visitor, seen, `${SECURITY}/recovery`))
    await press(visitor, seen, `${SECURITY}/recovery`)
    const { seen: asked, visitor: other } = await afterPassword(email)
    const path = /action="([^"]*second-factor)"/.exec(asked.text)?.[1] ?? ''
    expect((await press(other, asked, path, { recovery_code: first })).status).toBe(400)
    await press(visitor, seen, `${SECURITY}/authenticator/remove`)
    expect(await booted.parts.storage.recoveryCodes.countUnused('usr_rohan')).toBe(0)
    expect((await afterPassword(email)).seen.url).toBe(`${booted.issuer}/account`)
  })

  it('are kept so that a copy of the database does not tell them', async () => {
    const email = 'tomasz@contoso.test'
    const { visitor, seen } = await enrol(email)
    const codes = codesIn(await press(visitor, seen, `${SECURITY}/recovery`))
    for (const code of codes) cast.secrets.add(code).add(code.replace('-', ''))
    await assertInvariants(booted, cast)
  })

  it('are guessed at no more often than passwords', async () => {
    const email = 'lucia@contoso.test'
    const { visitor, seen } = await enrol(email)
    await press(visitor, seen, `${SECURITY}/recovery`)
    const { visitor: thief, seen: asked } = await afterPassword(email)
    const path = /action="([^"]*second-factor)"/.exec(asked.text)?.[1] ?? ''
    const statuses: number[] = []
    for (let guess = 0; guess < 11; guess++) {
      const code = `aaaaa-${String(guess).padStart(5, 'a')}`
      statuses.push((await press(thief, asked, path, { recovery_code: code })).status)
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429])
  })
})

it('a step-up of somebody with a second factor asks for it and nothing else', async () => {
  const visitor = new Visitor(booted.issuer)
  await visit(booted, '/account', 'root2@acme.test', visitor)
  advance(400)
  const asked = await visitor.open(SECURITY)
  expect(wordsOf(asked)).toContain('Enter your code')
  const seen = await visitor.submit(asked, { code: await freshCode(booted, 'root2@acme.test') })
  expect(seen.url).toBe(booted.issuer + SECURITY)
})
