import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Seen } from '../support/visitor.ts'
import {
  askedFor,
  authorization,
  passPages,
  PASSWORD,
  redeem,
  Visitor,
  wordsOf,
} from '../support/visitor.ts'

const OMAR = { email: 'omar@customer.test', password: PASSWORD }
const SCOPE = 'openid profile email orders:read'

let booted: Booted
let cast: Cast
let visitor: Visitor

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
})
afterAll(() => booted.close())

beforeEach(async () => {
  const { storage } = booted.parts
  await storage.consents.revoke('usr_omar', 'acme-billing', Date.now())
  visitor = new Visitor(booted.issuer)
})

/** What Omar sees in Billing after his password. */
async function atConsent(scope: string = SCOPE): Promise<Seen> {
  const login = await visitor.open(authorization('acme-billing', { scope }).address)
  return visitor.submit(login, OMAR)
}

const consentOf = (sub: string): ReturnType<typeof booted.parts.storage.consents.find> =>
  booted.parts.storage.consents.find(sub, 'acme-billing')

const granted = (): ReturnType<Cast['audit']> =>
  cast.audit({ action: 'consent.granted', subject: 'usr_omar', app: 'acme-billing' })

describe('Consent of the end user (OpenID Connect Core §3.1.2.4)', () => {
  it('names the app, the account and the scopes in words', async () => {
    const seen = await atConsent()
    expect(askedFor(seen)).toEqual(['decision'])
    const words = wordsOf(seen)
    for (const part of [
      'Allow Acme Billing ?',
      'omar@customer.test',
      'Know who you are',
      'See your profile',
      'See your e-mail address',
      'See your orders',
    ]) {
      expect(words).toContain(part)
    }
    expect(words).not.toMatch(/openid|orders:read|Change your orders/)
  })

  it('declined, answers access_denied at the callback and writes nothing', async () => {
    const before = await consentOf('usr_omar')
    const events = (await granted()).length
    const { url } = await visitor.submit(await atConsent(), { decision: 'decline' })
    const { origin, pathname, searchParams } = new URL(url)
    expect(origin + pathname).toBe('http://localhost:4003/callback')
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'the user declined',
      iss: booted.issuer,
      state: 'a state',
    })
    expect(await consentOf('usr_omar')).toEqual(before)
    expect(await granted()).toHaveLength(events)
  })

  it('takes anything but a yes for a no', async () => {
    for (const decision of ['', 'ACCEPT', 'yes']) {
      const { url } = await visitor.submit(await atConsent(), { decision })
      expect(new URL(url).searchParams.get('error')).toBe('access_denied')
      visitor = new Visitor(booted.issuer)
    }
  })

  it('accepted, is recorded, audited, and what the tokens are for', async () => {
    const request = authorization('acme-billing', { scope: SCOPE })
    const seen = await visitor.submit(await visitor.open(request.address), OMAR)
    const { url } = await visitor.submit(seen, { decision: 'accept' })
    expect(await consentOf('usr_omar')).toMatchObject({ scope: SCOPE, revokedAt: null })
    expect((await granted()).at(-1)).toMatchObject({
      actor: 'usr_omar',
      outcome: 'success',
      impersonation: null,
      details: { scope: SCOPE },
    })
    const { body } = await redeem(cast, request, url)
    expect(body.scope).toBe(SCOPE)
  })

  it('is not asked for again, and asked for again after it was withdrawn', async () => {
    await visitor.submit(await atConsent(), { decision: 'accept' })
    const again = authorization('acme-billing', { scope: SCOPE }).address
    expect((await visitor.open(again)).url).toContain('?code=')
    await booted.parts.storage.consents.revoke('usr_omar', 'acme-billing', Date.now())
    expect(askedFor(await visitor.open(again))).toEqual(['decision'])
  })

  it('is asked for again for a scope that was not granted, and keeps what was', async () => {
    await visitor.submit(await atConsent(), { decision: 'accept' })
    const more = authorization('acme-billing', { scope: 'openid orders:write' })
    const seen = await visitor.open(more.address)
    expect(wordsOf(seen)).toContain('Change your orders')
    await visitor.submit(seen, { decision: 'accept' })
    expect((await consentOf('usr_omar'))?.scope.split(' ').toSorted()).toEqual(
      `${SCOPE} orders:write`.split(' ').toSorted(),
    )
  })

  it('cannot be given for a scope the app is not registered for', async () => {
    await visitor.submit(await atConsent(`${SCOPE} root read_user`), { decision: 'accept' })
    expect((await consentOf('usr_omar'))?.scope).toBe(SCOPE)
  })

  it('is not asked for by an app that needs none', async () => {
    const { address } = authorization('acme-portal', { scope: SCOPE })
    const seen = await passPages(booted, visitor, await visitor.open(address), OMAR.email)
    expect(seen.url).toContain('http://localhost:4002/callback?code=')
  })

  it('is answered consent_required with prompt=none', async () => {
    await atConsent()
    const { address } = authorization('acme-billing', { scope: SCOPE, prompt: 'none' })
    expect(new URL((await visitor.open(address)).url).searchParams.get('error')).toBe(
      'consent_required',
    )
  })

  it('belongs to who is signed in: the page of one browser is nothing in another', async () => {
    const seen = await atConsent()
    const other = new Visitor(booted.issuer)
    const stolen = await other.submit(seen, { decision: 'accept' })
    expect(stolen.status).toBe(400)
    expect(await consentOf('usr_omar')).not.toMatchObject({ revokedAt: null })
  })

  it('lets an impersonation into the app once it is there', async () => {
    const input = { user: 'usr_omar', app: 'acme-billing' }
    expect((await cast.start(input)).body.code).toBe('CONSENT_REQUIRED')
    await visitor.submit(await atConsent(), { decision: 'accept' })
    const started = await cast.start(input)
    expect(started.status).toBe(200)
    await cast.request('DELETE', `/api/v1/impersonations/${started.body.impersonation_id}`, {
      token: await cast.serviceToken(),
    })
  })
})
