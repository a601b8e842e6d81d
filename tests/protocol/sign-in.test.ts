import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Seen } from '../support/visitor.ts'
import {
  askedFor,
  authorization,
  formOf,
  freshCode,
  passPages,
  PASSWORD,
  Visitor,
  wordsOf,
} from '../support/visitor.ts'

let booted: Booted
let cast: Cast

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
})
afterAll(() => booted.close())

/** A browser at the login page of the admin panel. */
async function atLogin(): Promise<{ visitor: Visitor; page: Seen }> {
  const visitor = new Visitor(booted.issuer)
  return { visitor, page: await visitor.open(authorization().address) }
}

async function atCode(email: string): Promise<{ visitor: Visitor; page: Seen }> {
  const { visitor, page } = await atLogin()
  return { visitor, page: await visitor.submit(page, { email, password: PASSWORD }) }
}

describe('Authentication of the end user (OpenID Connect Core §3.1.2.3)', () => {
  it('works with pages that need no script, from the request to the callback', async () => {
    const { visitor, page } = await atLogin()
    expect(page.status).toBe(200)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(askedFor(page)).toEqual(['email', 'password'])
    expect(wordsOf(page)).toContain('Continue to Admin panel')
    const credentials = { email: 'root@acme.test', password: PASSWORD }
    const second = await visitor.submit(page, credentials)
    expect(askedFor(second)).toEqual(['code'])
    expect(wordsOf(second)).toContain('Signing in as root@acme.test')
    for (const { text } of [page, second]) expect(text).not.toMatch(/<script|\son\w+=|style="/)
    const code = await freshCode(booted, 'root@acme.test')
    const callback = new URL((await visitor.submit(second, { code })).url)
    expect(callback.origin + callback.pathname).toBe('http://localhost:4001/auth/callback')
    expect([...callback.searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state'])
    expect(callback.searchParams.get('iss')).toBe(booted.issuer)
    expect(callback.searchParams.get('state')).toBe('a state')
  })

  it('takes the e-mail in any case and with spaces around it', async () => {
    const { visitor, page } = await atLogin()
    const credentials = { email: '  Root@ACME.test ', password: PASSWORD }
    expect(askedFor(await visitor.submit(page, credentials))).toEqual(['code'])
  })

  it('asks a customer without a second factor for the password only', async () => {
    const visitor = new Visitor(booted.issuer)
    const page = await visitor.open(authorization('acme-portal').address)
    const jane = { email: 'jane@customer.test', password: PASSWORD }
    expect((await visitor.submit(page, jane)).url).toContain('http://localhost:4002/callback?code=')
  })

  it('writes down who signed in and how', async () => {
    const before = await cast.audit({ actor: 'usr_root' })
    const { visitor, page } = await atLogin()
    await passPages(booted, visitor, page, 'root@acme.test')
    const after = (await cast.audit({ actor: 'usr_root' })).slice(before.length)
    expect(after).toMatchObject([
      { action: 'mfa.succeeded', outcome: 'success', app: 'admin-panel' },
      {
        action: 'login.succeeded',
        outcome: 'success',
        app: 'admin-panel',
        organization: 'org_acme',
        details: { amr: ['pwd', 'otp'] },
      },
    ])
  })

  it('fills in login_hint', async () => {
    const visitor = new Visitor(booted.issuer)
    const hint = authorization('admin-panel', { login_hint: '"><b>root@acme.test' })
    const { text } = await visitor.open(hint.address)
    expect(text).toContain('value="&quot;&gt;&lt;b&gt;root@acme.test"')
  })

  it('signs nobody in silently: prompt=none answers login_required', async () => {
    const visitor = new Visitor(booted.issuer)
    const { url } = await visitor.open(authorization('admin-panel', { prompt: 'none' }).address)
    expect(new URL(url).searchParams.get('error')).toBe('login_required')
  })
})

describe('A refused password', () => {
  /** All but what differs by nature: ids, the form's secret, the e-mail that was typed in. */
  const comparable = ({ status, headers, text }: Seen, email: string): object => {
    const mine = ['date', 'x-request-id', 'content-length']
    const [form = ''] = text.split('class="demo"')
    return {
      status,
      headers: [...headers].filter(([name]) => !mine.includes(name)),
      form: form
        .replaceAll(/\/interaction\/[\w-]+/g, '/interaction/…')
        .replace(/name="csrf" value="[^"]*"/, 'name="csrf" value="…"')
        .replaceAll(email, '…'),
    }
  }
  const refuse = async (email: string, password: string): Promise<Seen> => {
    const { visitor, page } = await atLogin()
    return visitor.submit(page, { email, password })
  }

  it('answers a wrong password, an unknown e-mail and a disabled account alike', async () => {
    const wrong = await refuse('jane@customer.test', 'guess')
    const unknown = await refuse('nobody@customer.test', PASSWORD)
    const disabled = await refuse('lena@customer.test', PASSWORD)
    expect(wrong.status).toBe(400)
    expect(wordsOf(wrong)).toContain('The e-mail or the password is wrong.')
    const expected = comparable(wrong, 'jane@customer.test')
    expect(comparable(unknown, 'nobody@customer.test')).toEqual(expected)
    expect(comparable(disabled, 'lena@customer.test')).toEqual(expected)
  })

  it('is written down with the e-mail apart from the trail, which says no more', async () => {
    await refuse('nobody@customer.test', 'guess')
    const [event] = (await cast.audit({ action: 'login.failed' })).slice(-1)
    expect(event).toMatchObject({
      outcome: 'failure',
      actor: null,
      app: 'admin-panel',
      details: {},
    })
  })

  it('leaves the browser signed out', async () => {
    const { visitor, page } = await atLogin()
    await visitor.submit(page, { email: 'jane@customer.test', password: 'guess' })
    const { url } = await visitor.open(authorization('acme-portal', { prompt: 'none' }).address)
    expect(new URL(url).searchParams.get('error')).toBe('login_required')
  })

  it('takes an over-long or odd form for a wrong one, not for a failure', async () => {
    for (const password of ['x'.repeat(5000), '\0', '']) {
      expect((await refuse('jane@customer.test', password)).status).toBe(400)
    }
    const tooMuch = await refuse('jane@customer.test', 'x'.repeat(10_000))
    expect(tooMuch.status).toBe(400)
    expect(wordsOf(tooMuch)).toContain('This page is no longer valid')
  })
})

describe('A one-time code (RFC 6238 §5.2)', () => {
  it('is accepted once', async () => {
    const one = await atCode('support@acme.test')
    const other = await atCode('support@acme.test')
    const code = await freshCode(booted, 'support@acme.test')
    expect((await one.visitor.submit(one.page, { code })).url).toContain('?code=')
    const second = await other.visitor.submit(other.page, { code })
    expect(second.status).toBe(400)
    expect(wordsOf(second)).toContain('it was used already')
    expect((await cast.audit({ actor: 'usr_support' })).at(-1)).toMatchObject({
      action: 'mfa.failed',
      outcome: 'failure',
      details: { method: 'otp' },
    })
  })

  it('is accepted for one of two who send it at once', async () => {
    const both = await Promise.all([atCode('agent@acme.test'), atCode('agent@acme.test')])
    const code = await freshCode(booted, 'agent@acme.test')
    const seen = await Promise.all(both.map(({ visitor, page }) => visitor.submit(page, { code })))
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([303, 400]))
  })

  it('may be typed with spaces', async () => {
    const { visitor, page } = await atCode('root2@acme.test')
    const code = await freshCode(booted, 'root2@acme.test')
    const spaced = ` ${code.slice(0, 3)} ${code.slice(3)} `
    expect((await visitor.submit(page, { code: spaced })).url).toContain('?code=')
  })

  it('is asked for only after the right password, of the same browser', async () => {
    const { visitor, page } = await atLogin()
    const skipped = formOf(page).action.replace('/login', '/second-factor')
    const code = await freshCode(booted, 'root@acme.test')
    const form = new URLSearchParams({ ...formOf(page).hidden, code })
    const answer = await visitor.send(booted.issuer + skipped, form)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('name="password"')
    const elsewhere = await atCode('root@acme.test')
    const thief = new Visitor(booted.issuer)
    expect((await thief.submit(elsewhere.page, { code })).status).toBe(400)
  })
})
