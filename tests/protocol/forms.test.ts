import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { stepOf } from '../../server/src/standalone/credentials/one-time-password.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Seen } from '../support/visitor.ts'
import { askedFor, authorization, formOf, PASSWORD, Visitor, wordsOf } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const OMAR = 'omar@customer.test'
const WINDOW_MS = 300_000
/** Of the demo. */
const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

let booted: Booted
let cast: Cast

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  booted = await boot()
  cast = castOf(booted)
})
afterAll(async () => {
  await booted.close()
  vi.useRealTimers()
})

async function atLogin(app = 'acme-portal'): Promise<{ visitor: Visitor; page: Seen }> {
  const visitor = new Visitor(booted.issuer)
  return { visitor, page: await visitor.open(authorization(app).address) }
}

/** One attempt in a browser of its own. */
async function attempt(email: string, password: string): Promise<Seen> {
  const { visitor, page } = await atLogin()
  return visitor.submit(page, { email, password })
}

describe('Guessing passwords (OWASP ASVS 6.3.1)', () => {
  afterEach(() => {
    vi.setSystemTime(Date.now() + WINDOW_MS)
  })

  it('ends with the eleventh wrong attempt at one account from one address', async () => {
    for (let round = 0; round < 10; round++) {
      expect((await attempt(JANE, 'guess')).status).toBe(400)
    }
    const eleventh = await attempt(JANE, 'guess')
    expect(eleventh.status).toBe(429)
    expect(Number(eleventh.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(eleventh.headers.get('retry-after'))).toBeLessThanOrEqual(300)
    expect(wordsOf(eleventh)).toContain('Too many attempts')
    expect((await cast.audit({ action: 'rate_limit.exceeded' })).at(-1)).toMatchObject({
      outcome: 'denied',
      code: 'RATE_LIMITED',
      details: { limit: 'login' },
    })
  })

  it('is refused also when the guess is right by then, however the e-mail is written', async () => {
    for (let round = 0; round < 10; round++) await attempt(JANE, 'guess')
    expect((await attempt(JANE, PASSWORD)).status).toBe(429)
    expect((await attempt(' JANE@customer.test ', PASSWORD)).status).toBe(429)
  })

  it('locks no other account, and the same one for five minutes only', async () => {
    for (let round = 0; round < 11; round++) await attempt(JANE, 'guess')
    expect((await attempt(OMAR, PASSWORD)).url).toContain('?code=')
    vi.setSystemTime(Date.now() + WINDOW_MS)
    expect((await attempt(JANE, PASSWORD)).url).toContain('?code=')
  })

  it('counts wrong attempts only', async () => {
    for (let round = 0; round < 12; round++) {
      expect((await attempt(JANE, PASSWORD)).url).toContain('?code=')
    }
  })

  it('is no faster with many at once: ten answers, no more', async () => {
    const all = await Promise.all(Array.from({ length: 25 }, () => attempt(JANE, 'guess')))
    const statuses = all.map(({ status }) => status)
    expect(statuses.filter((status) => status === 400)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(15)
  })

  it('is not helped by an e-mail nobody has, which counts as well', async () => {
    for (let round = 0; round < 10; round++) await attempt('nobody@customer.test', 'guess')
    expect((await attempt('nobody@customer.test', 'guess')).status).toBe(429)
  })

  it('is not helped by trying many accounts from one address', async () => {
    const emails = Array.from({ length: 61 }, (_, index) => `nobody${index}@customer.test`)
    const all = await Promise.all(emails.map((email) => attempt(email, 'guess')))
    expect(all.filter(({ status }) => status === 429)).toHaveLength(1)
    expect((await attempt(OMAR, PASSWORD)).status).toBe(429)
  })

  it('counts wrong one-time codes as well, also many at once', async () => {
    const root = { email: 'root@acme.test', password: PASSWORD }
    const { visitor, page } = await atLogin('admin-panel')
    const second = await visitor.submit(page, root)
    const codes = Array.from({ length: 30 }, (_, index) => String(index).padStart(6, '0'))
      .filter((code) => stepOf(code, TOTP_SECRET, null, Date.now()) === null)
      .slice(0, 25)
    const all = await Promise.all(codes.map((code) => visitor.submit(second, { code })))
    expect(all.filter(({ status }) => status === 400)).toHaveLength(10)
    const late = await visitor.submit(second, { code: codes[0] ?? '' })
    expect(late.status).toBe(429)
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(askedFor(late)).toEqual(['code'])
  })
})

describe('Cross-site request forgery (RFC 6749 §10.12, OWASP)', () => {
  const right = { email: JANE, password: PASSWORD }

  async function expectNothingChanged(answer: Seen, visitor: Visitor): Promise<void> {
    expect(answer.status).toBe(400)
    expect(wordsOf(answer)).toContain('This page is no longer valid')
    expect(visitor.jar.cookies.has('understudy_session')).toBe(false)
    const { url } = await visitor.open(authorization('acme-portal', { prompt: 'none' }).address)
    expect(new URL(url).searchParams.get('error')).toBe('login_required')
  }

  it.each([
    ['no secret', ''],
    ['a guessed one', 'A'.repeat(43)],
  ])('fails with %s in the form', async (_, csrf) => {
    const { visitor, page } = await atLogin()
    await expectNothingChanged(await visitor.submit(page, { ...right, csrf }), visitor)
  })

  it('fails with the secret of another browser’s form', async () => {
    const [{ visitor, page }, attacker] = [await atLogin(), await atLogin()]
    const { csrf = '' } = formOf(attacker.page).hidden
    await expectNothingChanged(await visitor.submit(page, { ...right, csrf }), visitor)
  })

  it('fails with a form of the attacker’s own, whole (login CSRF)', async () => {
    const [{ visitor }, attacker] = [await atLogin(), await atLogin()]
    await expectNothingChanged(await visitor.submit(attacker.page, right), visitor)
  })

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    // Every port of localhost is the same site, and an app there is not us.
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:4002' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.test' },
    { origin: 'http://localhost:4002' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json' },
  ])('fails from elsewhere: %o', async (headers: Record<string, string>) => {
    const { visitor, page } = await atLogin()
    await expectNothingChanged(await visitor.submit(page, right, headers), visitor)
  })

  it.each(['code', 'consent', 'cancel'])('fails at the %s form as well', async (form) => {
    const app = form === 'code' ? 'admin-panel' : 'acme-billing'
    const { visitor, page } = await atLogin(app)
    const email = form === 'code' ? 'root@acme.test' : OMAR
    const seen = await visitor.submit(page, { email, password: PASSWORD })
    const before = await booted.parts.storage.consents.find('usr_omar', 'acme-billing')
    const fields = { code: '123456', decision: 'accept' }
    const { action } = formOf(seen)
    const posted = form === 'cancel' ? action.replace(/\w+$/, 'cancel') : action
    const at = { ...seen, text: seen.text.replace(action, posted) }
    for (const [csrf, site] of [
      ['', 'same-origin'],
      [formOf(seen).hidden['csrf'] ?? '', 'same-site'],
    ] as const) {
      const answer = await visitor.submit(at, { ...fields, csrf }, { 'sec-fetch-site': site })
      expect(answer.status).toBe(400)
      expect(wordsOf(answer)).toContain('This page is no longer valid')
    }
    expect(await booted.parts.storage.consents.find('usr_omar', 'acme-billing')).toEqual(before)
  })

  it('does not keep people out: a browser that says same-origin, or says nothing', async () => {
    const ours: Record<string, string>[] = [
      { 'sec-fetch-site': 'same-origin' },
      { origin: booted.issuer },
      {},
    ]
    for (const headers of ours) {
      const { visitor, page } = await atLogin()
      const { url } = await visitor.submit(page, right, headers)
      expect(url).toContain('?code=')
    }
  })

  it('answers a page whose request is over, or never was, with an error page', async () => {
    const { visitor, page } = await atLogin()
    await visitor.submit(page, right)
    for (const path of [new URL(page.url).pathname, '/interaction/unknown']) {
      const seen = await visitor.open(path)
      expect(seen.status).toBe(400)
      expect(wordsOf(seen)).toContain('This page is no longer valid')
    }
  })
})
