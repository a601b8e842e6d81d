import { setTimeout as delay } from 'node:timers/promises'
import type { AuditEvent } from 'understudy'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Access } from '../../admin-panel/tools/access.ts'
import { apiPath } from '../../admin-panel/server/api-path.ts'
import { defaultAccessRules } from '../../admin-panel/server/index.ts'
import { rawRequest } from '../support/raw-request.ts'
import type { PanelScene } from './panel-scene.ts'
import { leave, panelScene } from './panel-scene.ts'
import type { PanelVisitor } from './panel-visitor.ts'
import { missing, refusal, SESSION_EXPIRED, sessionOf, signedIn } from './panel-visitor.ts'

const SUPPORT = 'support@acme.test'
const OLGA = 'olga@northwind.test'
const START = '/api/users/usr_jane/impersonation/acme-portal'

const NOT_FOUND = refusal('not_found', 'NOT_FOUND', 'Not found.')

let scene: PanelScene
let root: PanelVisitor

beforeAll(async () => {
  scene = await panelScene({
    env: { IMPERSONATION_ROLES: 'super_admin,support_admin,org_admin@organization' },
  })
})
beforeEach(async () => {
  root = await signedIn(scene)
  scene.cast.secrets.add(sessionOf(root))
})
afterEach(() => leave(scene))
afterAll(async () => {
  await scene.close()
})

const MISSING = { code: 'ACCESS_MISSING' }

/** What the panel refused is written down after it was refused */
async function violation(details: object): Promise<AuditEvent | undefined> {
  const wanted = JSON.stringify({ ...MISSING, ...details })
  for (let attempt = 0; attempt < 400; attempt++) {
    const found = await scene.cast.audit({ action: 'privilege_violation' })
    const event = found.find((each) => JSON.stringify(each.details) === wanted)
    if (event !== undefined) return event
    await delay(25)
  }
  return undefined
}

describe('what a role may not do', () => {
  it('J02 lists and searches nothing for a role without the permission', async () => {
    const support = await signedIn(scene, SUPPORT)
    for (const [path, access] of [
      ['/api/audit-events?subject=usr_jane', Access.ReadAudit],
      ['/api/audit-events/export?format=csv', Access.ExportAudit],
      ['/api/settings', Access.ReadSettings],
    ] as const) {
      const { status, body } = await support.get(path)
      expect([status, body]).toEqual([403, missing(access, 'support_admin')])
    }
    const before = await scene.cast.audit({ action: 'user.searched' })
    const anonymous = await support.send('GET', '/api/users?q=jane', { headers: { cookie: null } })
    expect([anonymous.status, anonymous.body]).toEqual([401, SESSION_EXPIRED])
    expect(await scene.cast.audit({ action: 'user.searched' })).toEqual(before)
  })

  it('J13 lets support start, and neither end what others do, nor export, nor configure', async () => {
    const support = await signedIn(scene, SUPPORT)
    const others = await root.post(START)
    const own = await support.post('/api/users/usr_omar/impersonation/acme-portal')
    expect([others.status, own.status]).toEqual([200, 200])
    const foreign = `/api/impersonations/${others.body.impersonation_id}`
    const refused = [
      [await support.delete(foreign), Access.RevokeImpersonation],
      [await support.get('/api/audit-events/export?format=csv'), Access.ExportAudit],
      [await support.get('/api/settings'), Access.ReadSettings],
    ] as const
    for (const [{ status, body }, access] of refused) {
      expect([status, body]).toEqual([403, missing(access, 'support_admin')])
      const line = scene
        .log()
        .split('\n')
        .find((each) => each.includes(body.request_id) && each.includes('sub'))
      expect(JSON.parse(line ?? '{}')).toMatchObject({
        message: 'access missing',
        sub: 'usr_support',
        access,
      })
    }
    for (const [access, method, route] of [
      ['revoke_impersonation', 'DELETE', '/api/impersonations/:id'],
      ['export_audit', 'GET', '/api/audit-events/export'],
      ['read_settings', 'GET', '/api/settings'],
    ] as const) {
      expect(await violation({ access, method, route })).toMatchObject({
        outcome: 'denied',
        code: null,
        actor: 'usr_support',
        service: 'admin-panel',
        subject: null,
        ip: expect.any(String) as string,
      })
    }
    expect((await root.get(foreign)).body.status).toBe('active')
    const mine = `/api/impersonations/${own.body.impersonation_id}`
    expect((await support.delete(mine)).status).toBe(204)
    expect((await root.delete(foreign)).status).toBe(204)
  })

  it('J15 gives nothing away about ids that were guessed, or belong to another organisation', async () => {
    const olga = await signedIn(scene, OLGA)
    const started = await root.post('/api/users/usr_omar/impersonation/acme-portal')
    const id = String(started.body.impersonation_id)
    // 48 bits of time, and more than 128 of chance.
    expect(id).toMatch(/^imp_[\da-z]{36}$/)
    const asked = [
      await olga.get(`/api/impersonations/${id}`),
      await olga.delete(`/api/impersonations/${id}`),
      await olga.get(`/api/impersonations/${id.slice(0, -1)}0`),
      await olga.get('/api/impersonations/1'),
      await olga.get('/api/users/usr_omar'),
      await olga.get('/api/users/usr_omar/consents'),
      await olga.get('/api/users/usr_omar/sessions'),
      await olga.get('/api/users/usr_nobody'),
      await olga.post('/api/users/usr_omar/impersonation/acme-portal'),
      await olga.post('/api/users/usr_omar/impersonation/acme-portal/check'),
      await olga.post('/api/users/usr_omar/consent-requests/acme-billing', {
        reason: 'x'.repeat(12),
      }),
    ]
    for (const { status, body } of asked) expect([status, body]).toEqual([404, NOT_FOUND])
    expect((await root.get(`/api/impersonations/${id}`)).body.status).toBe('active')

    const users = await olga.get('/api/users?limit=100')
    expect(users.body.items.length).toBeGreaterThan(5)
    const organizations = users.body.items.map(
      (user: { organization: { id: string } }) => user.organization.id,
    )
    expect(new Set(organizations)).toEqual(new Set(['org_northwind']))
    const others = await olga.get('/api/users?organization=org_contoso')
    expect(others.body).toEqual({ items: [], next_cursor: null })
    const seen = await olga.get('/api/impersonations?limit=5')
    expect(seen.body.items.length).toBeLessThanOrEqual(5)
    const subjects: string[] = seen.body.items.map(
      (item: { subject: { sub: string } }) => item.subject.sub,
    )
    for (const sub of subjects) {
      const account = await scene.booted.parts.storage.accounts.find(sub)
      expect(account?.organization?.id).toBe('org_northwind')
    }
    const own = await olga.post(START)
    expect(own.status).toBe(200)
    expect((await olga.delete(`/api/impersonations/${own.body.impersonation_id}`)).status).toBe(204)
  })

  it('leaves out of lists what belongs to another organisation, page by page', async () => {
    const { roleAccesses } = defaultAccessRules
    const accesses = [...(roleAccesses['org_admin'] ?? []), Access.ReadAudit, Access.ExportAudit]
    const accessRules = {
      ...defaultAccessRules,
      roleAccesses: { ...roleAccesses, org_admin: accesses },
    }
    await scene.restartPanel({ accessRules })
    const olga = await signedIn(scene, OLGA)
    const seen: string[] = []
    const organizations = new Set<string>()
    let cursor: string | null = ''
    for (let page = 0; page < 50 && cursor !== null; page++) {
      const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { status, body } = await olga.get(`/api/audit-events?limit=7${at}`)
      expect([status, body.items.length <= 7]).toEqual([200, true])
      for (const { id, organization } of body.items) {
        seen.push(id)
        organizations.add(organization)
      }
      cursor = body.next_cursor
    }
    expect(seen.length).toBeGreaterThan(20)
    expect(new Set(seen).size).toBe(seen.length)
    expect([...organizations]).toEqual(['org_northwind'])
    for (const path of ['/api/audit-events/export?format=csv', '/api/statistics']) {
      expect((await olga.get(path)).body.code).toBe('ACCESS_MISSING')
    }
    await scene.restartPanel()
  })

  it('asks the S2S API for no path that leads out of the one it means', () => {
    expect(apiPath('users', 'usr_a/b?c', 'consents')).toBe('/users/usr_a%2Fb%3Fc/consents')
    for (const id of ['.', '..', '%2e', '%2E%2e', '.%2e', '', 'a b', 'ü', '\0', undefined]) {
      expect(() => apiPath('users', id, 'impersonation', 'end')).toThrow('Not found.')
    }
  })

  it.each([
    '/api/users/..',
    '/api/users/%2e%2e',
    '/api/users/%252e%252e',
    '/api/users/..%2fapps',
    '/api/users/%2e/consents',
    '/api/users/%2e%2e/consents',
    '/api/impersonations/ended',
    '/api/impersonations/%00',
    '/api/apps/a%20b',
    '/api/users/',
    '/api/Users',
    '/api/nothing',
    '/auth/nothing',
  ])('leads nowhere from %s', async (path) => {
    const cookie = `understudy_panel=${sessionOf(root)}`
    const place = { ...scene.booted, issuer: scene.url }
    const lines = [`GET ${path} HTTP/1.1`, `Host: ${new URL(scene.url).host}`, `Cookie: ${cookie}`]
    const { status, body } = await rawRequest(place, lines)
    expect([status, JSON.parse(body)]).toEqual([404, NOT_FOUND])
  })
})

describe('input', () => {
  it('J03 refuses cursors and limits that were tampered with', async () => {
    const page = await root.get('/api/users?limit=2')
    const cursor = String(page.body.next_cursor)
    expect((await root.get(`/api/users?limit=2&cursor=${cursor}`)).status).toBe(200)
    const foreign = String((await root.get('/api/impersonations?limit=1')).body.next_cursor)
    for (const query of [
      'limit=1e9',
      'limit=-1',
      'limit=abc',
      'limit=0',
      'limit=101',
      'limit=2&limit=3',
      'limit[]=2',
      `cursor=${cursor.slice(0, -2)}`.concat('%00'),
      'cursor=%F0%9F%92%A9',
      `cursor=${'a'.repeat(700)}`,
      `cursor=${encodeURIComponent(foreign)}`,
      'unknown=1',
      '__proto__=1',
    ]) {
      const { status, body } = await root.get(`/api/users?${query}`)
      expect([query, status, body]).toEqual([
        query,
        400,
        refusal('invalid_request', 'QUERY_INVALID', 'The query is not valid.'),
      ])
    }
  })

  it('refuses bodies that are too large, malformed, or say more than there is to say', async () => {
    const bad: [unknown, number, string][] = [
      ['{', 400, 'BODY_INVALID'],
      ['[]', 400, 'BODY_INVALID'],
      ['', 400, 'BODY_INVALID'],
      ['{"impersonatorToken":"x"}', 400, 'BODY_INVALID'],
      ['{"endCurrent":false}', 400, 'BODY_INVALID'],
      ['{"mode":"god"}', 400, 'BODY_INVALID'],
      ['{"reason":5}', 400, 'BODY_INVALID'],
      [`{"reason":"${'x'.repeat(17_000)}"}`, 413, 'BODY_TOO_LARGE'],
      [`{"reason":"${'x'.repeat(600)}"}`, 400, 'BODY_INVALID'],
    ]
    for (const [body, status, code] of bad) {
      const headers = { 'content-type': 'application/json' }
      const answer = await root.send('POST', START, { body: String(body), headers })
      expect([answer.status, answer.body.code]).toEqual([status, code])
    }
  })
})
