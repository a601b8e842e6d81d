import type { DescribedImpersonation } from 'understudy'
import { describe, expect, test } from 'vitest'
import { consentRequestPage } from '../../server/src/standalone/pages/consent-request-page.ts'
import {
  authenticatorPage,
  newPasskeyPage,
} from '../../server/src/standalone/pages/factor-pages.ts'
import { historyPage } from '../../server/src/standalone/pages/history-page.ts'
import { outboxPage } from '../../server/src/standalone/pages/outbox-page.ts'
import { overviewPage } from '../../server/src/standalone/pages/overview-page.ts'
import { securityPage } from '../../server/src/standalone/pages/security-page.ts'

const HOSTILE = '<img src=x onerror=alert(1)> "\'&'

/** Every page of the account with the same words in every field. */
function pagesWith(text: string): [string, string][] {
  const own = { email: text, csrf: text, error: text, done: text }
  const person = { sub: text, email: text, name: text }
  const acted: DescribedImpersonation = {
    impersonation: {
      id: text,
      actor: text,
      subject: text,
      organization: text,
      app: text,
      service: null,
      mode: 'full',
      scope: text,
      reason: text,
      ticket: text,
      startedAt: 0,
      expiresAt: 1,
      redeemBy: null,
      redeemedAt: null,
      actorSession: null,
      ended: null,
    },
    actor: person,
    subject: person,
    app: { clientId: text, name: text },
  }
  const session = { id: text, uid: text, signedInAt: 0, expiresAt: 1, amr: [text], apps: [] }
  const passkey = {
    id: text,
    account: text,
    name: text,
    publicKey: text,
    counter: 0,
    transports: [],
    device: 'single',
    createdAt: 0,
    lastUsedAt: 0,
  } as const
  const request = {
    id: text,
    subject: text,
    app: text,
    actor: text,
    service: null,
    mode: 'full',
    reason: text,
    status: 'pending',
    requestedAt: 0,
    expiresAt: 1,
    decidedAt: null,
  } as const
  const consent = { app: text, name: text, scope: text, grantedAt: 0 }
  const mail = { id: text, to: text, subject: text, text, html: text, createdAt: 0 }
  const overview = { live: [acted], requests: [request], consents: [consent], current: '' }
  const factors = { otp: undefined, passkeys: [passkey], recoveryCodes: 1 }
  return [
    ['overview', overviewPage({ ...own, ...overview, sessions: [session, session] })],
    [
      'history',
      historyPage({ ...own, acted: { items: [acted], nextCursor: text }, isFirstPage: true }),
    ],
    ['security', securityPage({ ...own, factors, mayEnrol: true, mayRemove: true })],
    ['authenticator', authenticatorPage({ ...own, secret: 's', uri: text, sealed: text })],
    ['new passkey', newPasskeyPage({ ...own, options: text })],
    [
      'consent request',
      consentRequestPage({ ...own, request, actor: person, appName: text, scope: text }),
    ],
    ['outbox', outboxPage([mail], text)],
  ]
}

describe.each(pagesWith(HOSTILE))('The %s page', (_, page) => {
  test('shows what people wrote as text', () => {
    expect(page).not.toContain('<img')
    expect(page).not.toContain(HOSTILE)
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt; &quot;&#39;&amp;')
  })

  test('has no script but the one for passkeys, no inline style and no event handler', () => {
    const scripts = [...page.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)
    const passkeys = '<script type="module" src="/assets/passkey.js">'
    expect(scripts).toEqual(page.includes('data-passkey') ? [passkeys] : [])
    expect(page).not.toMatch(/<style|javascript:| style=| on[a-z]+="/i)
  })

  test('sends a csrf field with each form', () => {
    const forms = page.split('<form').slice(1)
    for (const form of forms) {
      expect(form).toMatch(/^[^>]* method="post"/)
      expect(form.split('</form>')[0]).toContain('name="csrf"')
    }
  })
})
