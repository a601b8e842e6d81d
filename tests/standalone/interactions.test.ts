import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { authorization, PASSWORD, Visitor, wordsOf } from '../support/visitor.ts'

const OMAR = { email: 'omar@customer.test', password: PASSWORD }
const OVER = 'This did not work This page is no longer valid. Go back to the app and try again.'

let booted: Booted
let cast: Cast
beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
  await booted.parts.storage.consents.revoke('usr_omar', 'acme-billing', Date.now())
})
afterEach(() => booted.parts.storage.apps.setEnabled('acme-billing', true))
afterAll(() => booted.close())

const happened = async (): Promise<number> => (await cast.audit({ actor: 'usr_omar' })).length

describe('an app that is switched off while somebody signs in to it', () => {
  it('is signed in to no more', async () => {
    const visitor = new Visitor(booted.issuer)
    const login = await visitor.open(authorization('acme-billing').address)
    await booted.parts.storage.apps.setEnabled('acme-billing', false)
    const before = await happened()
    const refused = await visitor.submit(login, OMAR)
    expect([refused.status, wordsOf(refused)]).toEqual([400, expect.stringContaining(OVER)])
    expect(await happened()).toBe(before)
  })

  it('gets no consent', async () => {
    const visitor = new Visitor(booted.issuer)
    const login = await visitor.open(authorization('acme-billing').address)
    const asked = await visitor.submit(login, OMAR)
    expect(wordsOf(asked)).toContain('Allow Acme Billing')
    await booted.parts.storage.apps.setEnabled('acme-billing', false)
    const before = await happened()
    const consent = await booted.parts.storage.consents.find('usr_omar', 'acme-billing')
    const refused = await visitor.submit(asked, { decision: 'accept' })
    expect([refused.status, wordsOf(refused)]).toEqual([400, expect.stringContaining(OVER)])
    expect(await booted.parts.storage.consents.find('usr_omar', 'acme-billing')).toEqual(consent)
    expect(await happened()).toBe(before)
  })
})

it('a consent that is given at a login names the organisation, as one that was asked for does', async () => {
  const visitor = new Visitor(booted.issuer)
  const login = await visitor.open(authorization('acme-billing').address)
  await visitor.submit(await visitor.submit(login, OMAR), { decision: 'accept' })
  const [event] = (await cast.audit({ action: 'consent.granted', actor: 'usr_omar' })).slice(-1)
  expect(event).toMatchObject({
    outcome: 'success',
    subject: 'usr_omar',
    organization: 'org_contoso',
    app: 'acme-billing',
  })
})
