import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPanel } from '../../admin-panel/server/index.ts'
import type { PanelScene } from './panel-scene.ts'
import { freePort } from '../support/free-port.ts'
import { leave, panelScene } from './panel-scene.ts'
import type { PanelVisitor } from './panel-visitor.ts'
import { refusal, sessionOf, signedIn } from './panel-visitor.ts'

const START = '/api/users/usr_jane/impersonation/acme-portal'

const CROSS_SITE = refusal(
  'access_denied',
  'CROSS_SITE',
  'The request does not come from the panel.',
)
const MEDIA_TYPE = refusal(
  'invalid_request',
  'MEDIA_TYPE',
  'The request body must be application/json.',
)

let scene: PanelScene
let root: PanelVisitor

beforeAll(async () => {
  scene = await panelScene()
})
beforeEach(async () => {
  root = await signedIn(scene)
  scene.cast.secrets.add(sessionOf(root))
})
afterEach(() => leave(scene))
afterAll(async () => {
  await scene.close()
})

describe('requests from elsewhere', () => {
  it('J07 does nothing for a page of another site, another port, or a form', async () => {
    const live = await root.post(START)
    const id = String(live.body.impersonation_id)
    const json = { 'content-type': 'application/json' }
    const attempts: [string, string, Record<string, string | null>, number][] = [
      ['POST', START, { ...json, 'sec-fetch-site': 'cross-site' }, 403],
      ['POST', START, { ...json, 'sec-fetch-site': 'same-site' }, 403],
      ['POST', START, { ...json, 'sec-fetch-site': 'none' }, 403],
      ['POST', START, { ...json, 'sec-fetch-site': null, origin: 'http://localhost:4002' }, 403],
      ['POST', START, { ...json, 'sec-fetch-site': null, origin: 'null' }, 403],
      ['POST', START, { ...json, 'sec-fetch-site': null }, 403],
      ['POST', START, { ...json, 'x-requested-by': null }, 403],
      ['POST', START, { ...json, 'x-requested-by': 'XMLHttpRequest' }, 403],
      ['POST', START, { 'content-type': 'text/plain' }, 415],
      ['POST', START, { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['POST', START, { 'content-type': 'text/plain; a=application/json' }, 415],
      ['POST', START, { ...json, 'content-encoding': 'gzip' }, 415],
      ['DELETE', `/api/impersonations/${id}`, { 'sec-fetch-site': 'cross-site' }, 403],
      ['DELETE', `/api/impersonations/${id}`, { 'x-requested-by': null }, 403],
      ['POST', '/auth/logout', { ...json, 'sec-fetch-site': 'cross-site' }, 403],
      ['POST', '/auth/logout', { 'content-type': 'text/plain' }, 415],
      ['GET', '/api/me', { 'sec-fetch-site': 'cross-site' }, 403],
      ['GET', '/api/audit-events', { 'sec-fetch-site': 'same-site' }, 403],
    ]
    for (const [method, path, headers, status] of attempts) {
      const body = method === 'POST' ? { body: '{"endCurrent":true}' } : {}
      const answer = await root.send(method, path, { headers, ...body })
      expect([answer.status, headers]).toEqual([status, headers])
      expect(answer.body).toEqual(status === 403 ? CROSS_SITE : MEDIA_TYPE)
    }
    for (const path of [START, `/api/impersonations/${id}/end`, '/auth/logout']) {
      expect([404, 405]).toContain((await root.get(path)).status)
    }
    expect((await root.get(`/api/impersonations/${id}`)).body.status).toBe('active')
    expect((await root.get('/api/me')).body.live.id).toBe(id)
    const old = { 'sec-fetch-site': null, origin: scene.url }
    const allowed = await root.send('DELETE', `/api/impersonations/${id}`, { headers: old })
    expect(allowed.status).toBe(204)
  })

  it('J05 opens its API to no other origin', async () => {
    for (const origin of ['https://evil.test', 'null', 'http://localhost:4002', scene.url]) {
      for (const method of ['GET', 'OPTIONS', 'HEAD']) {
        const headers = { origin, 'access-control-request-method': 'POST' }
        const answer = await root.send(method, '/api/users', { headers })
        expect(answer.status).toBe(method === 'OPTIONS' ? 405 : 200)
        const cors = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))
        expect([origin, method, cors]).toEqual([origin, method, []])
        expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin')
      }
    }
  })

  it('J06 stands in no frame, nor do the pages of the issuer, errors included', async () => {
    const pages = [
      await root.open('/'),
      await root.open('/users/usr_jane'),
      await root.open('/auth/callback?code=a&state=b'),
      await root.open('/api/nothing'),
      await root.get('/api/me'),
      await root.send('PUT', '/api/me'),
    ].map(({ headers }) => headers)
    const issuer = await Promise.all(
      ['/', '/auth', '/interaction/none', '/session/end'].map(
        async (path) =>
          (await fetch(scene.booted.issuer + path, { headers: { accept: 'text/html' } })).headers,
      ),
    )
    for (const headers of [...pages, ...issuer]) {
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
  })

  it('J20 sends strict headers with every answer, and a nonce of its own with every page', async () => {
    const page = await root.open('/users')
    const nonce = /nonce="([^"]+)"/.exec(page.body)?.[1] ?? ''
    expect(nonce).toMatch(/^[\w+/]{22}==$/)
    const headers = Object.fromEntries(page.headers)
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': [
        "default-src 'none'",
        `script-src 'self' 'nonce-${nonce}'`,
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        `form-action 'self' ${scene.booted.issuer}`,
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ].join(';'),
    })
    expect(headers['x-powered-by']).toBe(undefined)
    expect((await root.open('/users')).body).not.toContain(nonce)
    for (const answer of [await root.get('/api/me'), await root.open('/auth/callback')]) {
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})

describe('a panel whose address is https', () => {
  it('keeps browsers to it, and its cookies from everybody else', async () => {
    const url = 'https://panel.test'
    const port = await freePort()
    const client = { clientId: 'admin-panel', clientSecret: 'admin-panel-secret' }
    const panel = await startPanel({ issuer: scene.booted.issuer, url, port, ...client })
    const ask = (path: string): Promise<IncomingHttpHeaders> =>
      new Promise((resolve, reject) => {
        const headers = { host: 'panel.test', accept: 'text/html' }
        request({ port, path, headers, host: '127.0.0.1' }, (answer) => {
          answer.resume()
          resolve(answer.headers)
        })
          .on('error', reject)
          .end()
      })
    try {
      const began = await ask('/auth/login')
      const [cookie = ''] = began['set-cookie'] ?? []
      expect(cookie).toMatch(
        /^__Host-understudy_panel_sign_in_[\w-]{22}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      )
      expect(new URL(began.location ?? '').searchParams.get('redirect_uri')).toBe(
        `${url}/auth/callback`,
      )
      for (const path of ['/auth/login', '/users', '/api/me', '/healthz']) {
        const { 'strict-transport-security': strict } = await ask(path)
        expect(strict).toBe('max-age=31536000; includeSubDomains')
      }
      expect((await root.open('/users')).headers.get('strict-transport-security')).toBe(null)
    } finally {
      await panel.close()
    }
  })
})
