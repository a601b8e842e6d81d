import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Access } from '../../admin-panel/tools/access.ts'
import { defaultAccessRules } from '../../admin-panel/server/index.ts'
import { sqlBeside } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import type { PanelScene } from './panel-scene.ts'
import { leave, panelScene } from './panel-scene.ts'
import type { PanelVisitor } from './panel-visitor.ts'
import { refusal, signedIn } from './panel-visitor.ts'

const OLGA = 'olga@northwind.test'
const EMPTY = { items: [], next_cursor: null }
const NOT_FOUND = refusal('not_found', 'NOT_FOUND', 'Not found.')
const QUERY_INVALID = refusal('invalid_request', 'QUERY_INVALID', 'The query is not valid.')

const { roleAccesses } = defaultAccessRules
const accessRules = {
  ...defaultAccessRules,
  roleAccesses: {
    ...roleAccesses,
    org_admin: [...(roleAccesses['org_admin'] ?? []), Access.ReadAudit],
  },
}

let scene: PanelScene
let root: PanelVisitor
let olga: PanelVisitor
/** Names of the headers of a route that does not exist. */
let headers404: string[]
/** Ids of impersonations outside of Northwind, and inside, the newest first. */
let outside = ''
const inside: string[] = []

async function startAndEnd(by: PanelVisitor, subject: string): Promise<string> {
  const started = await by.post(`/api/users/${subject}/impersonation/acme-portal`)
  expect(started.status).toBe(200)
  const id = String(started.body.impersonation_id)
  expect((await by.delete(`/api/impersonations/${id}`)).status).toBe(204)
  return id
}

beforeAll(async () => {
  const env = { IMPERSONATION_ROLES: 'super_admin,support_admin,org_admin@organization' }
  scene = await panelScene({ env }, { accessRules })
  root = await signedIn(scene)
  olga = await signedIn(scene, OLGA)
  headers404 = [...(await olga.get('/api/nothing')).headers.keys()]
  const support = await signedIn(scene, 'support@acme.test')
  // Support, unlike root, never has to do with anybody in Northwind.
  for (let nth = 0; nth < 12; nth++) {
    outside = await startAndEnd(support, 'usr_omar')
    if (nth % 4 === 0) inside.unshift(await startAndEnd(root, 'usr_jane'))
  }
})
afterAll(async () => {
  await leave(scene)
  await scene.close()
})

const ME = 'GET /api/v1/users/usr_olga'

/** The calls the issuer got since, in their order; her own account is read every five seconds. */
async function callsSince(length: number, count: number): Promise<string[]> {
  for (let waited = 0; ; waited += 10) {
    const lines = scene.booted.log().slice(length).split('\n')
    const calls = lines
      .filter((line) => line.includes('"path":"/api/v1/') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as { method: string; path: string })
      .map(({ method, path }) => `${method} ${path}`)
      .filter((call) => call !== ME)
    if (calls.length >= count || waited >= 2000) return calls
    await delay(10)
  }
}

/** What Olga is told, and what that costs. */
async function ask(path: string, count: number): Promise<object> {
  const before = scene.booted.log().length
  const { status, headers, body } = await olga.get(path)
  const calls = await callsSince(before, count)
  return { status, headers: [...headers.keys()], body, calls }
}

const idsIn = (body: JsonAnswer['body']): string[] => body.items.map(({ id }: { id: string }) => id)

/** Ids of all that Olga finds there, page by page. */
async function everythingAt(path: string): Promise<string[]> {
  const ids: string[] = []
  let from = ''
  for (let page = 0; page < 20; page++) {
    const { body } = await olga.get(`${path}?limit=100${from}`)
    ids.push(...body.items.map((item: { id?: string; sub?: string }) => item.id ?? item.sub))
    if (body.next_cursor === null) return ids
    from = `&cursor=${body.next_cursor}`
  }
  throw new Error(`${path} does not end`)
}

const [USERS, IMPERSONATIONS, EVENTS] = [
  'GET /api/v1/users',
  'GET /api/v1/impersonations',
  'GET /api/v1/audit-events',
]

describe('whoever is limited to an organisation', () => {
  it.each([
    ['/api/impersonations?limit=1&subject=', 'usr_omar', 'usr_none', [IMPERSONATIONS]],
    ['/api/impersonations?limit=1&actor=', 'usr_support', 'usr_none', [IMPERSONATIONS]],
    ['/api/impersonations?status=ended&actor=', 'usr_support', 'no_one', [IMPERSONATIONS]],
    ['/api/audit-events?limit=1&subject=', 'usr_omar', 'usr_none', [EVENTS]],
    ['/api/audit-events?limit=1&actor=', 'usr_support', 'usr_none', [EVENTS]],
    ['/api/audit-events?limit=1&impersonation=', 'OUTSIDE', 'imp_none', [EVENTS]],
    ['/api/users?limit=1&total=true&organization=', 'org_contoso', 'org_none', []],
  ])('finds nothing in the same way at %s%s and %s', async (path, stranger, nobody, calls) => {
    const one = await ask(path + stranger.replace('OUTSIDE', outside), calls.length)
    const other = await ask(path + nobody, calls.length)
    expect(one).toMatchObject({ status: 200, body: EMPTY, calls })
    expect(one).toEqual(other)
  })

  it('is told the same of an impersonation that is not hers and of none', async () => {
    for (const id of [outside, 'imp_none']) {
      const calls = [`${IMPERSONATIONS}/${id}`]
      const answer = await ask(`/api/impersonations/${id}`, 1)
      expect(answer).toEqual({ status: 404, headers: headers404, body: NOT_FOUND, calls })
    }
  })

  it('is told the same of a user who is not hers and of none', async () => {
    for (const path of ['', '/consents', '/sessions', '/consent-requests']) {
      for (const id of ['usr_omar', 'usr_none']) {
        const answer = await ask(`/api/users/${id}${path}`, 1)
        expect(answer).toEqual({
          status: 404,
          headers: headers404,
          body: NOT_FOUND,
          calls: [USERS],
        })
      }
    }
  })

  it('is told how many there are in her own organisation alone', async () => {
    for (const path of ['/api/impersonations', '/api/audit-events', '/api/users']) {
      const first = await olga.get(`${path}?limit=1&total=true`)
      const mine = await everythingAt(path)
      // To look at the trail is an event, though of no organisation.
      expect([path, first.body.total, mine.length > 1]).toEqual([path, mine.length, true])
      expect((await root.get(`${path}?limit=1&total=true`)).body.total).toBeGreaterThan(mine.length)
    }
  })

  it('K19 reads in the trail what was done in her organisation, and by whom, and nothing else', async () => {
    const { body } = await olga.get('/api/audit-events?limit=100')
    const events = body.items as { organization: string; action: string; actor: string }[]
    expect(new Set(events.map(({ organization }) => organization))).toEqual(
      new Set(['org_northwind']),
    )
    const started = await olga.get('/api/audit-events?limit=1&action=impersonation.started')
    expect(started.body.items).toMatchObject([
      { actor: 'usr_root', subject: 'usr_jane', impersonation: inside[0] },
    ])
    // Whoever looks cannot widen it.
    for (const more of ['organization=org_contoso', 'organization=org_northwind']) {
      expect((await olga.get(`/api/audit-events?${more}`)).status).toBe(400)
    }
    expect((await olga.get('/api/audit-events/export?format=csv')).status).toBe(403)
  })

  it('reads page by page what is hers, each once, also when there is more meanwhile', async () => {
    const seen: string[] = []
    const cursors = new Set<string>()
    let cursor: string | null = ''
    for (let page = 0; page < 20 && cursor !== null; page++) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { status, body } = await olga.get(`/api/impersonations?limit=1${at}`)
      expect([status, body.items.length]).toEqual([200, 1])
      seen.push(...idsIn(body))
      cursor = body.next_cursor
      if (cursor !== null) cursors.add(cursor)
      if (page === 0) await startAndEnd(root, 'usr_jane')
    }
    expect(seen.slice(0, 3)).toEqual(inside)
    const whole = await olga.get('/api/impersonations?limit=100')
    expect([whole.body.next_cursor, idsIn(whole.body).slice(1)]).toEqual([null, seen])

    // A cursor names the last record that was given, and nobody else's.
    for (const each of cursors) {
      const [, id = ''] =
        /(imp_\w+)$/.exec(Buffer.from(each.slice(6), 'base64url').toString()) ?? []
      expect(seen).toContain(id)
    }
  })

  it('sees no more with a cursor, a limit or a filter of somebody else’s', async () => {
    const { body } = await olga.get('/api/impersonations?limit=1')
    const cursor = String(body.next_cursor)
    for (const path of [
      `/api/audit-events?cursor=${cursor}`,
      `/api/users?cursor=${cursor}`,
      '/api/impersonations?cursor=',
      '/api/impersonations?limit=0',
      '/api/impersonations?limit=101',
      '/api/impersonations?limit=1e1',
      '/api/impersonations?total=1',
      '/api/impersonations?status=none',
      '/api/impersonations?organization=org_contoso',
      '/api/audit-events?organization=org_contoso',
    ]) {
      const answer = await olga.get(path)
      expect([path, answer.status, answer.body]).toEqual([path, 400, QUERY_INVALID])
    }
    const mine = await everythingAt('/api/impersonations')
    const wide = String((await root.get('/api/impersonations?limit=1')).body.next_cursor)
    const below = await olga.get(`/api/impersonations?limit=100&cursor=${wide}`)
    expect(mine.slice(-below.body.items.length)).toEqual(idsIn(below.body))
  })

  it('keeps the records of her organisation when somebody leaves it, and gets none with who joins', async () => {
    const before = await everythingAt('/api/impersonations')
    const move = (sub: string, to: string): Promise<void> =>
      sqlBeside(scene.booted, `update account set organization = '${to}' where sub = '${sub}'`)
    await move('usr_jane', 'org_contoso')
    await move('usr_omar', 'org_northwind')
    expect(await everythingAt('/api/impersonations')).toEqual(before)
    expect((await olga.get(`/api/impersonations/${before[0]}`)).status).toBe(200)
    expect((await olga.get(`/api/impersonations/${outside}`)).status).toBe(404)
    await move('usr_jane', 'org_northwind')
    await move('usr_omar', 'org_contoso')
  })
})
