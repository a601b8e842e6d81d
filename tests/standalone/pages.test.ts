import { describe, expect, test } from 'vitest'
import { consentPage } from '../../server/src/standalone/pages/consent-page.ts'
import { errorPage } from '../../server/src/standalone/pages/error-page.ts'
import { html, trustedHtml } from '../../server/src/standalone/pages/html.ts'
import { loginPage } from '../../server/src/standalone/pages/login-page.ts'
import { logoutPage, signedOutPage } from '../../server/src/standalone/pages/logout-page.ts'
import { scopeWords } from '../../server/src/standalone/pages/scope-words.ts'
import * as factor from '../../server/src/standalone/pages/second-factor-page.ts'
import { issuerCss } from '../../server/src/standalone/pages/stylesheet.ts'

const FORM =
  '<form id="op.logoutForm" action="/x"><input type="hidden" name="xsrf" value="s"/></form>'
const HOSTILE = '<img src=x onerror=alert(1)> "\'&'
const ESCAPED = '&lt;img src=x onerror=alert(1)&gt; &quot;&#39;&amp;'

/** Every page with the same words in every field. */
function pagesWith(text: string): [string, string][] {
  const form = { action: text, csrf: text, appName: text, email: text, error: text }
  const demo = { accounts: [{ email: text, note: text }], password: text }
  const scopes = [{ name: text, description: text }, scopeWords(text)]
  return [
    ['login', loginPage({ ...form, demo })],
    ['second factor', factor.secondFactorPage({ ...form, demoCode: text })],
    ['no second factor', factor.noSecondFactorPage({ ...form, cancelAction: text })],
    ['consent', consentPage({ ...form, scopes })],
    ['error', errorPage({ title: text, message: text, requestId: text })],
    ['logout', logoutPage({ form: FORM, host: text })],
    ['signed out', signedOutPage({ appName: text })],
  ]
}

/** The attributes of every opening tag with that name. */
function all(page: string, name: string): Record<string, string>[] {
  const tags = page.matchAll(/<([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/g)
  return [...tags]
    .filter((tag) => name === '*' || tag[1] === name)
    .map((tag) => [...(tag[2] ?? '').matchAll(/([\w:-]+)(?:="([^"]*)")?/g)])
    .map((found) => Object.fromEntries(found.map((a) => [a[1], a[2] ?? ''])))
}

function field(page: string, name: string): Record<string, string> | undefined {
  return all(page, 'input').find((attributes) => attributes['name'] === name)
}

describe('The html template', () => {
  test('escapes every character that could leave a text or a quoted attribute', () => {
    expect(html`<a title="${'&<>"\''}">${'<b>'}</a>`.toString()).toBe(
      '<a title="&amp;&lt;&gt;&quot;&#39;">&lt;b&gt;</a>',
    )
  })

  test('keeps nested markup, joins lists, leaves out undefined, null and false', () => {
    const items = ['<1>', '2'].map((text) => html`<i>${text}</i>`)
    const nothing = [undefined, null, false, ''] as const
    expect(html`${items}${['a', nothing]}`.toString()).toBe('<i>&lt;1&gt;</i><i>2</i>a')
  })

  test('escapes what only looks like markup: a string of it, or an object with a toString', () => {
    const lookalike = { toString: () => '<script>' } as unknown as string
    expect(html`${html`<b></b>`.toString()}`.toString()).toBe('&lt;b&gt;&lt;/b&gt;')
    expect(() => html`${lookalike}`).toThrow(TypeError)
    expect(html`${trustedHtml(FORM)}`.toString()).toBe(FORM)
  })

  test('refuses an attribute without quotes, where a space would start a new attribute', () => {
    expect(() => html`<a title=${'x onclick=y'}></a>`).toThrow('An attribute needs quotes')
    expect(html`<a href="/?q=${'x y'}"></a>`.toString()).toBe('<a href="/?q=x y"></a>')
  })
})

describe.each(pagesWith(HOSTILE))('Hostile words on the %s page', (_name, page) => {
  test('stay words everywhere', () => {
    const uses = page.split('onerror').length
    expect(uses).toBeGreaterThan(1)
    expect(page.split(ESCAPED)).toHaveLength(uses)
    expect(page).not.toMatch(/<img/i)
  })
})

describe.each(pagesWith('Acme'))('The %s page', (_name, page) => {
  test('has no script, no inline style and no event handler', () => {
    expect(page).not.toMatch(/<script|<style|javascript:/i)
    const names = all(page, '*').flatMap((attributes) => Object.keys(attributes))
    expect(names.filter((name) => name === 'style' || name.startsWith('on'))).toEqual([])
  })

  test('is a whole document with a language, both colour schemes and no referrer', () => {
    expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/)
    expect(page).toContain('<link rel="stylesheet" href="/assets/issuer.css" />')
    expect(all(page, 'meta')).toEqual([
      { charset: 'utf-8' },
      { name: 'viewport', content: 'width=device-width, initial-scale=1' },
      { name: 'color-scheme', content: 'light dark' },
      { name: 'referrer', content: 'no-referrer' },
      { name: 'robots', content: 'noindex' },
    ])
  })

  test('has one heading of level 1 and a title that reads like a sentence', () => {
    expect(all(page, 'h1')).toHaveLength(1)
    expect(page).toMatch(/<title>[A-Z][^<_]+ · Understudy<\/title>/)
  })

  test('sends a hidden csrf field with each form of ours', () => {
    const forms = page.split('<form ').slice(1)
    for (const form of forms.filter((text) => !text.startsWith('id="op.logoutForm"'))) {
      expect(form).toMatch(/^method="post" action="Acme">/)
      expect(field(form, 'csrf')).toEqual({ type: 'hidden', name: 'csrf', value: 'Acme' })
    }
  })
})

describe('The login page', () => {
  const base = { action: '/login', csrf: 'c', appName: 'Acme Portal' }

  test('lets a password manager fill it and never writes a password itself', () => {
    const page = loginPage(base)
    const password = { type: 'password', autocomplete: 'current-password', required: '' }
    expect(field(page, 'email')).toMatchObject({ type: 'email', autocomplete: 'username' })
    expect(field(page, 'password')).toEqual({ id: 'password', name: 'password', ...password })
    expect(page).toContain('<title>Sign in to Acme Portal · Understudy</title>')
  })

  test('starts in the first field that is still empty', () => {
    const known = loginPage({ ...base, email: 'jane@customer.test' })
    expect(field(loginPage(base), 'email')).toHaveProperty('autofocus')
    expect(field(known, 'email')).toHaveProperty('value', 'jane@customer.test')
    expect(field(known, 'email')).not.toHaveProperty('autofocus')
    expect(field(known, 'password')).toHaveProperty('autofocus')
  })

  test('ties an error to both fields and says it in the title', () => {
    const page = loginPage({ ...base, error: 'That did not work.' })
    const tied = { 'aria-invalid': 'true', 'aria-describedby': 'form-error' }
    expect(page).toContain('id="form-error" role="alert">That did not work.</p>')
    expect(page).toContain('<title>Error: Sign in to Acme Portal · Understudy</title>')
    expect(field(page, 'email')).toMatchObject(tied)
    expect(field(page, 'password')).toMatchObject(tied)
    expect(loginPage(base)).not.toMatch(/aria-invalid|role="alert"|Demo/)
  })
})

describe('The second factor page', () => {
  const base = { action: '/factor', csrf: 'c', email: 'support@acme.test' }

  test('asks for six digits and lets the device fill them', () => {
    const digits = { inputmode: 'numeric', pattern: '[0-9]{6}', maxlength: '6' }
    const code = field(factor.secondFactorPage(base), 'code')
    expect(code).toMatchObject({ ...digits, autocomplete: 'one-time-code', required: '' })
  })

  test('shows a code only in the demo', () => {
    const demo = factor.secondFactorPage({ ...base, demoCode: '123456' })
    expect(factor.secondFactorPage(base)).not.toContain('Demo')
    expect(demo).toMatch(/Demo: the current code is <code[^>]*>123456<\/code>/)
  })

  test('without a factor offers a way back only where there is one', () => {
    expect(factor.noSecondFactorPage(base)).not.toContain('<form')
  })
})

describe('The consent page', () => {
  test('asks for a decision with two buttons', () => {
    const page = consentPage({ action: '/c', csrf: 'c', appName: 'A', email: 'e', scopes: [] })
    expect(page).not.toContain('<ul')
    expect(all(page, 'button')).toEqual([
      { class: 'primary', type: 'submit', name: 'decision', value: 'accept' },
      { type: 'submit', name: 'decision', value: 'decline' },
    ])
  })

  test('has words for the scopes of the server and shows any other by its name', () => {
    const known = ['openid', 'profile', 'email', 'orders:read', 'orders:write', 'offline_access']
    for (const scope of known) expect(scopeWords(scope).name).not.toBe(scope)
    const others = ['billing:export', 'constructor', '__proto__']
    expect(others.map(scopeWords)).toEqual(others.map((name) => ({ name })))
  })
})

test("The logout page keeps oidc-provider's form as it is and puts both answers into it", () => {
  const page = logoutPage({ form: FORM, host: 'id.acme.test' })
  expect(page).toContain(FORM)
  expect(all(page, 'button')).toEqual([
    { class: 'primary', type: 'submit', form: 'op.logoutForm', name: 'logout', value: 'yes' },
    { type: 'submit', form: 'op.logoutForm' },
  ])
})

test('The stylesheet loads nothing else and serves dark and forced colours', () => {
  expect(issuerCss).not.toMatch(/url\(|@import/)
  expect(issuerCss).toMatch(/prefers-color-scheme: dark[^]*forced-colors: active/)
})
