import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formsTo, visit } from '../support/account-visitor.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { dumpOf } from '../support/dump-of.ts'
import type { Visitor } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const SECURITY = '/account/security'

/** Every form of somebody's own pages, with what would be sent along. */
const forms = [
  ['/account/impersonations/end', { id: 'imp_x' }],
  ['/account/apps/withdraw', { app: 'acme-billing' }],
  ['/account/sessions/end', {}],
  [`${SECURITY}/authenticator`, { code: '000000', sealed: 'x' }],
  [`${SECURITY}/authenticator/remove`, {}],
  [`${SECURITY}/passkey`, { credential: '{}' }],
  [`${SECURITY}/passkey/rename`, { id: 'x', name: 'x' }],
  [`${SECURITY}/passkey/remove`, { id: 'x' }],
  [`${SECURITY}/recovery`, {}],
  ['/consent-requests/crq_000000000000000000000000000000000000', { decision: 'accept' }],
] as const

let booted: Booted
let visitor: Visitor
let csrf: string
beforeAll(async () => {
  booted = await boot()
  const { visitor: jane, seen } = await visit(booted, '/account', JANE)
  visitor = jane
  csrf = formsTo(seen, '/account/apps/withdraw')[0]?.['csrf'] ?? ''
  // A second browser, so that there is something to sign out.
  await visit(booted, '/account', JANE)
})
afterAll(() => booted.close())

/** What a page of somebody else can make this browser send, and what the browser says about it. */
const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.2:4005' }],
  ['another port of localhost', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:4002' }],
  ['an old browser, another site', { origin: 'http://127.0.0.2:4005' }],
  ['an old browser, another port', { origin: 'http://localhost:4002' }],
  ['a frame without an origin', { origin: 'null' }],
  ['somebody who typed it', { 'sec-fetch-site': 'none' }],
]

const rows = async (): Promise<unknown> => {
  const { oidc_model: models = [], ...rest } = await dumpOf(booted)
  return { ...rest, models: models.filter(({ model }) => model === 'Session') }
}

describe.each(forms)('the form to %s', (path, fields) => {
  const send = (form: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    visitor.send(booted.issuer + path, new URLSearchParams({ ...form }), headers)

  it('changes nothing for somebody else’s page, even with the secret of ours', async () => {
    const before = await rows()
    for (const [, headers] of foreign) {
      const answer = await send({ csrf, ...fields }, headers)
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    }
    expect(await rows()).toEqual(before)
  })

  it('changes nothing without its secret, or as anything but a form', async () => {
    const before = await rows()
    const other = csrf.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    for (const wrong of [{}, { csrf: '' }, { csrf: other }])
      expect((await send({ ...fields, ...wrong })).status).toBe(400)
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x']) {
      const answer = await send({ csrf, ...fields }, { 'content-type': type })
      expect(answer.status).toBe(400)
    }
    expect(await rows()).toEqual(before)
  })

  it('does nothing by GET, and leads who is not signed in to the login and no further', async () => {
    const before = await rows()
    const query = new URLSearchParams({ csrf, ...fields }).toString()
    const answer = await fetch(`${booted.issuer}${path}?${query}`, {
      headers: { cookie: visitor.jar.header(), accept: 'text/html' },
      redirect: 'manual',
    })
    expect([200, 303, 404, 405]).toContain(answer.status)
    const stranger = await fetch(booted.issuer + path, {
      method: 'POST',
      body: new URLSearchParams({ csrf, ...fields }),
      redirect: 'manual',
    })
    expect(stranger.headers.get('location')).toMatch(
      /^\/auth\?client_id=urn%3Aunderstudy%3Aaccount/,
    )
    expect(await rows()).toEqual(before)
  })
})
