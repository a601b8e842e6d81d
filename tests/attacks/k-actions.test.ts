import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditAction, AuditEvent } from 'understudy'
import { auditActions } from 'understudy'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../server/src/standalone/administration/requester.ts'
import { createApp } from '../../server/src/standalone/administration/create-app.ts'
import type { NewApp } from '../../server/src/standalone/administration/new-app.ts'
import { createUser } from '../../server/src/standalone/administration/create-user.ts'
import { eraseUser } from '../../server/src/standalone/administration/erase-user.ts'
import { grantRole } from '../../server/src/standalone/administration/grant-role.ts'
import { revokeConsent } from '../../server/src/standalone/administration/revoke-consent.ts'
import { revokeRole } from '../../server/src/standalone/administration/revoke-role.ts'
import { rotateSigningKeys } from '../../server/src/standalone/administration/rotate-signing-keys.ts'
import { setAppEnabled } from '../../server/src/standalone/administration/set-app-enabled.ts'
import { setUserStatus } from '../../server/src/standalone/administration/set-user-status.ts'
import type { Stage } from '../support/attack.ts'
import { onStage } from '../support/attack.ts'
import { begin } from '../support/scene.ts'
import { authorization, freshCode, PASSWORD, Visitor } from '../support/visitor.ts'
import { wrongCode } from '../support/wrong-code.ts'

type Event = Partial<AuditEvent> & { readonly action: AuditAction }

/** Something that people or services do, and all that it leaves in the trail, in this order. */
type Deed = readonly [
  name: string,
  run: (stage: Stage) => Promise<unknown>,
  events: readonly Event[],
]

const by = { details: { by: 'command line' }, requestId: null, ip: null, userAgent: null } as const
const service = 'acme-backend'
const pair = { actor: 'usr_root', subject: 'usr_jane', app: 'acme-portal' } as const
const jane = { subject: 'usr_jane', organization: 'org_northwind' } as const
const imp = {
  ...pair,
  organization: 'org_northwind',
  impersonation: expect.stringMatching(/^imp_/) as string,
}
const started: Event = {
  action: 'impersonation.started',
  service,
  ...imp,
  details: expect.objectContaining({ mode: 'read_only' }) as Record<string, unknown>,
}
const refreshed: Event = { action: 'impersonation.refreshed', ...imp }
const ended = (reason: string, more: Partial<AuditEvent> = {}): Event => ({
  action: 'impersonation.ended',
  ...imp,
  ...more,
  details: expect.objectContaining({ end_reason: reason }) as Record<string, unknown>,
})
const atPanel = { actor: 'usr_root', organization: 'org_acme', app: 'admin-panel' } as const
const reported = { method: 'GET', route: '/orders/:id', request_id: null }

const get = (stage: Stage, path: string): Promise<unknown> =>
  stage.cast.request('GET', `/api/v1${path}`, { token: stage.service })

/** A browser at the login page of the admin panel, with the right password or another. */
async function login({ booted }: Stage, password: string, code?: string): Promise<void> {
  const visitor = new Visitor(booted.issuer)
  const page = await visitor.open(authorization().address)
  const next = await visitor.submit(page, { email: 'root@acme.test', password })
  if (code !== undefined) await visitor.submit(next, { code })
}

const APP: NewApp = {
  clientId: 'new',
  name: 'New',
  type: 'spa',
  redirectUris: ['https://new.test/callback'],
  postLogoutRedirectUris: [],
  resources: [],
  requireConsent: false,
  serviceScope: '',
  introspectsAll: false,
}

const deeds: readonly Deed[] = [
  [
    'an impersonation that is used, and ended by its app',
    async (stage) => {
      const { accessToken: token, id } = await begin(stage.cast, { actor: stage.root })
      const events = ['request', 'write_blocked', 'forbidden_route'].map((type) => ({
        type,
        method: 'GET',
        route: '/orders/:id',
      }))
      await stage.cast.request('POST', `/api/v1/impersonations/${id}/events`, {
        token: stage.service,
        json: { events },
      })
      await stage.cast.request('POST', '/api/v1/impersonation/end', { token })
    },
    [
      started,
      refreshed,
      { action: 'impersonation.request', service, ...imp, details: reported },
      {
        action: 'impersonation.write_blocked',
        outcome: 'denied',
        service,
        ...imp,
        details: reported,
      },
      {
        action: 'impersonation.forbidden_route',
        outcome: 'denied',
        service,
        ...imp,
        details: reported,
      },
      ended('ended_by_impersonator'),
    ],
  ],
  [
    'a refresh token that is used twice',
    async (stage) => {
      const { first } = await begin(stage.cast, { actor: stage.root })
      await stage.cast.refresh(first)
    },
    [
      started,
      refreshed,
      { action: 'impersonation.reuse_detected', outcome: 'failure', ...imp },
      ended('reuse_detected'),
    ],
  ],
  [
    'a dry run',
    ({ cast, service: token, root }) =>
      cast.request('POST', '/api/v1/users/usr_jane/impersonation/acme-portal/check', {
        token,
        json: { impersonatorToken: root },
      }),
    [{ action: 'impersonation.checked', service, ...pair, organization: 'org_northwind' }],
  ],
  [
    'a refusal that a panel reports',
    ({ cast, service: token, root }) =>
      cast.request('POST', '/api/v1/audit-events', {
        token,
        headers: { 'actor-token': root },
        json: { action: 'privilege_violation', access: null, method: 'GET', route: '/api/me' },
      }),
    [
      {
        action: 'privilege_violation',
        outcome: 'denied',
        service,
        actor: 'usr_root',
        details: { code: 'ACCESS_MISSING', access: null, method: 'GET', route: '/api/me' },
      },
    ],
  ],
  [
    'a sign-in with two factors',
    async (stage) => login(stage, PASSWORD, await freshCode(stage.booted, 'root@acme.test')),
    [
      { action: 'mfa.succeeded', ...atPanel, details: { method: 'otp' } },
      { action: 'login.succeeded', ...atPanel, details: { amr: ['pwd', 'otp'] } },
    ],
  ],
  [
    'a wrong password',
    (stage) => login(stage, 'wrong'),
    [{ action: 'login.failed', outcome: 'failure', app: 'admin-panel' }],
  ],
  [
    'a wrong one-time password',
    (stage) => login(stage, PASSWORD, wrongCode()),
    [{ action: 'mfa.failed', outcome: 'failure', ...atPanel, details: { method: 'otp' } }],
  ],
  [
    'a search for users',
    (stage) => get(stage, '/users?q=jane%40'),
    [{ action: 'user.searched', service, details: { q: 'jane@', results: 1 } }],
  ],
  [
    'a look at a user',
    (stage) => get(stage, '/users/usr_jane'),
    [{ action: 'user.viewed', service, ...jane }],
  ],
  [
    'a look at the trail',
    (stage) => get(stage, '/audit-events?actor=usr_nobody'),
    [
      {
        action: 'audit.viewed',
        service,
        details: expect.objectContaining({ actor: 'usr_nobody' }) as Record<string, unknown>,
      },
    ],
  ],
  [
    'an account that is made, given a role, loses it, is disabled, enabled and erased',
    async ({ booted: { parts } }) => {
      const user = { sub: 'usr_new', email: 'new@x.test', name: 'New', organization: null }
      await createUser(parts, { ...user, roles: [], password: null, totp: false }, commandLine)
      await grantRole(parts, user.sub, 'support_agent', commandLine)
      await revokeRole(parts, user.sub, 'support_agent', commandLine)
      await setUserStatus(parts, user.sub, 'disabled', commandLine)
      await setUserStatus(parts, user.sub, 'active', commandLine)
      await eraseUser(parts, user.sub, commandLine)
    },
    [
      { action: 'user.created', subject: 'usr_new', ...by },
      {
        action: 'role.granted',
        subject: 'usr_new',
        ...by,
        details: { role: 'support_agent', by: 'command line' },
      },
      {
        action: 'role.revoked',
        subject: 'usr_new',
        ...by,
        details: { role: 'support_agent', by: 'command line' },
      },
      { action: 'user.disabled', subject: 'usr_new', ...by },
      { action: 'user.enabled', subject: 'usr_new', ...by },
      { action: 'user.erased', subject: 'usr_new', ...by },
    ],
  ],
  [
    'an app that is made, disabled and enabled',
    async ({ booted: { parts } }) => {
      await createApp(parts, APP, commandLine)
      await setAppEnabled(parts, 'new', false, commandLine)
      await setAppEnabled(parts, 'new', true, commandLine)
    },
    [
      { action: 'app.created', app: 'new', ...by, details: { type: 'spa', by: 'command line' } },
      { action: 'app.disabled', app: 'new', ...by },
      { action: 'app.enabled', app: 'new', ...by },
    ],
  ],
  [
    'a consent that is taken back',
    ({ booted: { parts } }) => revokeConsent(parts, 'usr_jane', 'acme-billing', commandLine),
    [{ action: 'consent.revoked', ...jane, app: 'acme-billing', ...by }],
  ],
  [
    'signing keys that are turned',
    ({ booted: { parts } }) => rotateSigningKeys(parts, commandLine),
    [
      {
        action: 'key.rotated',
        ...by,
        details: { signing: expect.any(Array) as unknown, by: 'command line' },
      },
    ],
  ],
]

/** What needs more than a moment: the file whose test provokes it, and the title of that test. */
const elsewhere: Readonly<Partial<Record<AuditAction, readonly [file: string, title: string]>>> = {
  'impersonation.denied': ['attacks/k-events', 'every refusal leaves exactly its events'],
  's2s.auth_failed': ['attacks/k-events', 'every refusal leaves exactly its events'],
  'rate_limit.exceeded': ['attacks/k-events', 'every refusal leaves exactly its events'],
  'mfa.enrolled': ['standalone/factors', 'is set up by the code it shows'],
  'mfa.removed': ['standalone/factors', 'is set up by the code it shows'],
  'consent.requested': [
    'standalone/consent-requests',
    'asks: 202, one event, one mail with a link',
  ],
  'consent.granted': ['standalone/consent-requests', 'sees who asks, where, how and why'],
  'audit.exported': ['attacks/k-export', 'an export is a stream: memory stays'],
  'audit.pruned': ['attacks/k-seal-time', 'removes a whole prefix, says so in a signed tombstone'],
  'audit.verify_failed': ['attacks/k-seal-tampering', 'somebody with a shell on'],
  'database.restored': ['attacks/n-restore', 'revives nothing: what was open has ended'],
  'webhook.added': ['standalone/webhooks', 'adds, shows, tests and removes one'],
  'webhook.removed': ['standalone/webhooks', 'adds, shows, tests and removes one'],
  'webhook.failed': ['attacks/g-webhooks', 'gives up after thirteen attempts'],
}

const whole = (event: Event): object => ({
  seq: null,
  id: expect.stringMatching(/^aud_/) as string,
  at: expect.any(Number) as number,
  outcome: 'success',
  code: null,
  actor: null,
  service: null,
  subject: null,
  organization: null,
  app: null,
  impersonation: null,
  requestId: expect.stringMatching(/^req_/) as string,
  ip: '127.0.0.1',
  userAgent: 'node',
  details: {},
  ...event,
})

describe.each(['sqlite', 'postgres'] as const)(
  'what happens leaves its events, on %s',
  (database) => {
    const stage = onStage(database)

    it.each(deeds)('%s', async (_, run, events) => {
      expect(await stage.trail(() => run(stage))).toEqual(events.map(whole))
    })
  },
)

describe('an audit action', () => {
  const here = new Set(deeds.flatMap(([, , events]) => events.map(({ action }) => action)))

  it.each(auditActions)('%s is provoked by a test', (action) => {
    expect(here.has(action)).toBe(elsewhere[action] === undefined)
    if (here.has(action)) return
    const [file = '', title = ''] = elsewhere[action] ?? []
    const source = readFileSync(join(import.meta.dirname, '..', `${file}.test.ts`), 'utf8')
    expect(source).toContain(`'${action}'`)
    expect(source).toContain(title)
  })
})
