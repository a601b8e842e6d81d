import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Access, AllowedRoles, Role, RoleAccesses } from '../../admin-panel/tools/access.ts'
import type { AccessRules } from '../../admin-panel/server/index.ts'
import { createPanel, defaultAccessRules, routes } from '../../admin-panel/server/index.ts'
import { Role as ServerRole } from '../../server/src/configs/variable.ts'
import type { JsonAnswer } from '../support/cast.ts'
import type { PanelScene } from './panel-scene.ts'
import { endAll, panelScene } from './panel-scene.ts'
import { missing, PanelVisitor, SESSION_EXPIRED, signedIn } from './panel-visitor.ts'

const PEOPLE = {
  super_admin: 'root@acme.test',
  support_admin: 'support@acme.test',
  support_agent: 'agent@acme.test',
  org_admin: 'olga@northwind.test',
} as const

type Name = keyof typeof PEOPLE

interface Call {
  readonly route: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly json?: object
  /** What is missed without it; by default everybody who lacks it is refused. */
  readonly access: Access | null
  /** What a role that may is answered, where that is not 200. */
  readonly answers?: Partial<Record<Name, number>>
  readonly refused?: readonly Name[]
}

const get = (route: string, access: Access | null, more: Partial<Call> = {}): Call => ({
  route: `GET ${route}`,
  method: 'GET',
  path: route.replace(':id', 'usr_aiko'),
  access,
  ...more,
})

const notAllowed = { support_admin: 403, org_admin: 403 } as const
const reason = 'cannot see charger 12'

const calls: readonly Call[] = [
  get('/api/me', null),
  get('/api/users', Access.ReadUser),
  get('/api/users/:id', Access.ReadUser),
  get('/api/users/:id/consents', Access.ReadUser),
  get('/api/users/:id/sessions', Access.ReadUser),
  get('/api/users/:id/consent-requests', Access.ReadUser),
  {
    route: 'POST /api/users/:id/consent-requests/:appId',
    method: 'POST',
    path: '/api/users/usr_aiko/consent-requests/no-such-app',
    json: { reason },
    access: Access.Impersonation,
    answers: { super_admin: 404, ...notAllowed },
  },
  {
    route: 'POST /api/users/:id/impersonation/:appId/check',
    method: 'POST',
    path: '/api/users/usr_aiko/impersonation/acme-portal/check',
    json: { mode: 'full', reason },
    access: Access.Impersonation,
    answers: notAllowed,
  },
  {
    route: 'POST /api/users/:id/impersonation/:appId',
    method: 'POST',
    path: '/api/users/usr_aiko/impersonation/acme-portal',
    json: { reason },
    access: Access.Impersonation,
    answers: notAllowed,
  },
  get('/api/apps', Access.ReadApp),
  get('/api/apps/:id', Access.ReadApp, { path: '/api/apps/acme-portal' }),
  get('/api/impersonations', Access.ReadImpersonation),
  get('/api/impersonations/:id', Access.ReadImpersonation, {
    path: '/api/impersonations/imp_nothing',
    answers: { super_admin: 404, support_admin: 404, support_agent: 404, org_admin: 404 },
  }),
  {
    route: 'DELETE /api/impersonations/:id',
    method: 'DELETE',
    path: '/api/impersonations/imp_nothing',
    access: Access.RevokeImpersonation,
    answers: { super_admin: 404, support_admin: 404, org_admin: 404 },
    refused: ['support_agent'],
  },
  get('/api/audit-events', Access.ReadAudit),
  get('/api/audit-events/export', Access.ExportAudit, {
    path: '/api/audit-events/export?format=ndjson&action=key.rotated',
  }),
  get('/api/settings', Access.ReadSettings),
  get('/api/statistics', Access.ReadImpersonation, { refused: ['org_admin'] }),
]

const mayNot = ({ access, refused }: Call, role: Name): boolean =>
  refused?.includes(role) ?? (access !== null && RoleAccesses[role]?.includes(access) !== true)

let scene: PanelScene
const visitors = new Map<string, PanelVisitor>()

beforeAll(async () => {
  scene = await panelScene()
  for (const [role, email] of Object.entries(PEOPLE)) {
    visitors.set(role, await signedIn(scene, email))
  }
})
afterAll(() => scene.close())

describe('the desk of the panel', () => {
  it('knows the roles that the server knows', () => {
    expect(Role).toEqual(ServerRole)
  })

  it('gives each role what it is documented to have', () => {
    const common = ['read_user', 'read_app', 'impersonation', 'read_impersonation']
    expect(AllowedRoles).toEqual(Object.values(Role))
    expect(RoleAccesses).toEqual({
      super_admin: Object.values(Access),
      support_admin: common,
      support_agent: common.filter((access) => access !== 'impersonation'),
      org_admin: common,
    })
  })

  it.each<[string, Partial<AccessRules>, string]>([
    ['a misspelt role', { allowedRoles: ['boss'] }, 'AllowedRoles: "boss" is not a role'],
    [
      'a misspelt limit',
      { organizationRoles: ['boss'] },
      'OrganizationRoles: "boss" is not a role',
    ],
    [
      'a role without an entry',
      { roleAccesses: {} },
      'RoleAccesses: "super_admin" may sign in, but has no entry',
    ],
    [
      'an entry for nobody',
      { roleAccesses: { ...RoleAccesses, boss: [] } },
      'RoleAccesses: "boss" is not a role',
    ],
    [
      'a misspelt access',
      { roleAccesses: { ...RoleAccesses, org_admin: ['reed_user' as Access] } },
      'RoleAccesses.org_admin: "reed_user" is not an access',
    ],
  ])('stops the start with one line that names %s', (_, changed, message) => {
    const accessRules = { ...defaultAccessRules, ...changed }
    const settings = { issuer: 'http://localhost:1', url: 'http://localhost:2' }
    const client = { clientId: 'a', clientSecret: 'b' }
    expect(() => createPanel({ ...settings, ...client, accessRules })).toThrow(message)
  })
})

describe('every route for every role', () => {
  afterEach(() => endAll(scene.booted))

  it('is in the table, and no other', () => {
    expect(calls.map(({ route }) => route)).toEqual(
      routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
    )
  })

  const table = calls.flatMap((call) =>
    (Object.keys(PEOPLE) as Name[]).map((role) => ({
      ...call,
      role,
      allowed: !mayNot(call, role),
    })),
  )

  const send = (role: Name, { method, path, json }: Call): Promise<JsonAnswer> =>
    (visitors.get(role) as PanelVisitor).send(method, path, json === undefined ? {} : { json })

  it.each(table.filter(({ allowed }) => allowed))('$route as $role is served', async (call) => {
    const { role, answers } = call
    const { status, body } = await send(role, call)
    const expected = answers?.[role] ?? 200
    expect(status).toBe(expected)
    // The desk of the server has the last word.
    expect(expected === 403 ? body.code : null).toBe(
      expected === 403 ? 'IMPERSONATOR_NOT_ALLOWED' : null,
    )
  })

  it.each(table.filter(({ allowed }) => !allowed))('$route as $role is refused', async (call) => {
    const { role, access } = call
    const { status, body } = await send(role, call)
    expect([status, body]).toEqual([403, missing(access, role)])
    expect(scene.log()).toContain(`"request_id":"${body.request_id}"`)
  })

  it('tells somebody limited to an organisation how many there are in that one', async () => {
    const olga = visitors.get('org_admin') as PanelVisitor
    const root = visitors.get('super_admin') as PanelVisitor
    for (const path of ['/api/users', '/api/impersonations']) {
      const { body: mine } = await olga.get(`${path}?limit=100&total=true`)
      const { body: all } = await root.get(`${path}?limit=100&total=true`)
      expect([mine.total, all.total]).toEqual([mine.items.length, all.items.length])
      expect(mine.total).toBeLessThan(all.total)
    }
  })

  it.each(calls)('$route needs a session', async ({ method, path, json }) => {
    const anonymous = new PanelVisitor(scene)
    const answer = await anonymous.send(method, path, json === undefined ? {} : { json })
    expect([answer.status, answer.body]).toEqual([401, SESSION_EXPIRED])
    expect(answer.headers.get('www-authenticate')).toBe('Session realm="admin-panel"')
  })

  it.each(calls)('$route is closed to an administrator who goes past the panel', async (call) => {
    const { accessToken } = await scene.cast.signIn(PEOPLE.super_admin, {
      redirectUri: `${scene.url}/auth/callback`,
    })
    const { method, json } = call
    const path = call.path.replace('/api/', '/api/v1/').replace('/v1/me', '/v1/settings')
    const { status, body } = await scene.cast.request(method, path, {
      token: accessToken,
      ...(json !== undefined && { json: { ...json, impersonatorToken: accessToken } }),
    })
    expect([status, body.code]).toEqual([401, 'S2S_TOKEN_INVALID'])
  })
})

describe('a role that is to impersonate', () => {
  const agent = PEOPLE.support_agent
  const withImpersonation: AccessRules = {
    ...defaultAccessRules,
    roleAccesses: {
      ...RoleAccesses,
      [Role.SupportAgent]: [...(RoleAccesses[Role.SupportAgent] ?? []), Access.Impersonation],
    },
  }
  const path = '/api/users/usr_aiko/impersonation/acme-portal'
  const start = async (): Promise<[number, unknown]> => {
    const { status, body } = await (await signedIn(scene, agent)).post(path)
    return [status, body.code]
  }
  afterEach(() => endAll(scene.booted))

  it('needs a line at both desks, and nothing else', async () => {
    const both = { IMPERSONATION_ROLES: 'super_admin,support_agent' }
    expect(await start()).toEqual([403, 'ACCESS_MISSING'])
    await scene.restartIssuer(both)
    expect(await start()).toEqual([403, 'ACCESS_MISSING'])
    await scene.restartPanel({ accessRules: withImpersonation })
    expect(await start()).toEqual([200, undefined])
    await endAll(scene.booted)
    await scene.restartIssuer({})
    expect(await start()).toEqual([403, 'IMPERSONATOR_NOT_ALLOWED'])
    await scene.restartPanel({})
    expect(await start()).toEqual([403, 'ACCESS_MISSING'])
  })

  it('is not let in at all when it is taken off the list', async () => {
    const { allowedRoles } = defaultAccessRules
    const without = allowedRoles.filter((role) => role !== Role.SupportAgent)
    await scene.restartPanel({ accessRules: { ...defaultAccessRules, allowedRoles: without } })
    const { status, body } = await new PanelVisitor(scene).signIn(agent)
    expect(status).toBe(403)
    expect(body).toContain('This account holds no role that may use the admin panel.')
    await scene.restartPanel({})
  })
})
