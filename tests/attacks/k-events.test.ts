import type { AuditEvent, DenialCode } from 'understudy'
import { denials } from 'understudy'
import { describe, expect, it } from 'vitest'
import type { Stage } from '../support/attack.ts'
import { errorBody, minted, onStage, sqlBeside } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { rawRequest } from '../support/raw-request.ts'
import { begin } from '../support/scene.ts'
import { advance, stopClock } from '../support/turned-clock.ts'

const START = '/api/v1/users/usr_jane/impersonation/acme-portal'
const ASK = '/api/v1/users/usr_jane/consent-requests/acme-portal'

interface Way {
  readonly about?: string
  /** Variables of the server. */
  readonly env?: Readonly<Record<string, string>>
  readonly prepare?: (stage: Stage) => Promise<unknown>
  readonly provoke: (stage: Stage, prepared: unknown) => Promise<JsonAnswer>
  readonly undo?: (stage: Stage) => Promise<unknown>
  /** What stands in the body besides. */
  readonly body?: object
  /** Beyond code, outcome and origin, of each event in turn. */
  readonly events: readonly Partial<AuditEvent>[]
}

const get = (stage: Stage, path: string, token?: string): Promise<JsonAnswer> =>
  stage.cast.request('GET', `/api/v1${path}`, { ...(token !== undefined && { token }) })
const impersonated = async ({ cast, root }: Stage): Promise<string> =>
  (await begin(cast, { actor: root })).accessToken

const report = ({ cast, service: token }: Stage, own?: string): Promise<JsonAnswer> =>
  cast.request('POST', '/api/v1/audit-events', {
    token,
    json: { action: 'privilege_violation', access: 'x', method: 'GET', route: '/api/x' },
    headers: own === undefined ? {} : { 'actor-token': own },
  })

const named = async ({ booted }: Stage, ...hosts: string[]): Promise<JsonAnswer> => {
  const lines = hosts.map((host) => `Host: ${host}`)
  const { status, head, body } = await rawRequest(booted, ['GET /api/v1/apps HTTP/1.1', ...lines])
  const fields = head.split('\r\n').slice(1)
  const headers = new Headers(fields.map((field) => field.split(': ', 2) as [string, string]))
  return { status, headers, body: JSON.parse(body) as unknown }
}

const service = 'acme-backend'
const actor = 'usr_root'
const pair = { service, subject: 'usr_jane', app: 'acme-portal' }
const denied = { action: 'impersonation.denied', ...pair, actor } as const
/** Refused after the customer was looked up. */
const refused = { ...denied, organization: 'org_northwind' } as const
const omars = { ...denied, subject: 'usr_omar', organization: 'org_contoso' } as const
const failed = { action: 's2s.auth_failed', details: { scope: 'root' } } as const

/** What provokes a code, and all that it leaves in the trail. */
const ways: Readonly<Record<DenialCode, Way | readonly Way[]>> = {
  BODY_INVALID: { provoke: (stage) => stage.start({ body: { x: 1 } }), events: [] },
  TOKEN_REQUIRED: { provoke: (stage) => stage.start({ actor: '' }), events: [] },
  REASON_REQUIRED: {
    env: { REQUIRE_REASON: 'true' },
    provoke: (stage) => stage.start(),
    events: [],
  },
  TICKET_INVALID: {
    env: { TICKET_PATTERN: 'T-[0-9]+' },
    provoke: (stage) => stage.start({ body: { ticket: 'x' } }),
    events: [],
  },
  QUERY_INVALID: { provoke: (stage) => get(stage, '/users?x=1', stage.service), events: [] },
  HOST_INVALID: {
    provoke: (stage) => named(stage, new URL(stage.booted.issuer).host, 'evil.example'),
    events: [],
  },
  UNAUTHENTICATED: {
    provoke: (stage) => get(stage, '/apps'),
    events: [{ ...failed, details: { scope: 'read_app' } }],
  },
  S2S_TOKEN_INVALID: { provoke: (stage) => stage.start({ service: 'x' }), events: [failed] },
  IMPERSONATION_ENDED: {
    async prepare(stage) {
      const token = await impersonated(stage)
      await stage.cast.request('POST', '/api/v1/impersonation/end', { token })
      return token
    },
    provoke: (stage, token) => get(stage, '/impersonation', token as string),
    events: [],
  },
  S2S_SCOPE: {
    prepare: ({ cast }) => cast.serviceToken('acme-readonly', 'read_app'),
    provoke: (stage, token) => stage.start({ service: token as string }),
    events: [{ ...failed, service: 'acme-readonly' }],
  },
  IMPERSONATOR_TOKEN_INVALID: [
    { provoke: (stage) => stage.start({ actor: 'x' }), events: [{ ...denied, actor: null }] },
    {
      about: 'of who revokes',
      provoke: ({ cast, service: token }) =>
        cast.request('DELETE', '/api/v1/impersonations?subject=usr_jane', {
          token,
          headers: { 'actor-token': 'x' },
        }),
      events: [{ action: 's2s.auth_failed', service }],
    },
    {
      about: 'of who was refused by a panel, which names nobody',
      provoke: (stage) => report(stage),
      events: [{ action: 's2s.auth_failed', service }],
    },
  ],
  IMPERSONATOR_NOT_ALLOWED: [
    {
      prepare: (stage) => stage.token('agent@acme.test'),
      provoke: (stage, token) => stage.start({ actor: token as string }),
      events: [
        { ...denied, actor: 'usr_agent' },
        { ...denied, actor: 'usr_agent', action: 'privilege_violation' },
      ],
    },
    {
      about: 'a customer who revokes',
      prepare: async ({ cast }) => (await cast.signIn('jane@customer.test')).accessToken,
      provoke: ({ cast, service: token }, own) =>
        cast.request('DELETE', '/api/v1/impersonations?subject=usr_jane', {
          token,
          headers: { 'actor-token': own as string },
        }),
      events: [
        { action: 's2s.auth_failed', service, actor: 'usr_jane' },
        { action: 'privilege_violation', service, actor: 'usr_jane' },
      ],
    },
    {
      about: 'a disabled account that reads',
      prepare: async (stage) => {
        const own = await stage.token('root2@acme.test')
        await stage.booted.parts.storage.accounts.setStatus('usr_root2', 'disabled')
        return own
      },
      provoke: ({ cast, service: token }, own) =>
        cast.request('GET', '/api/v1/users', { token, headers: { 'actor-token': own as string } }),
      undo: ({ booted }) => booted.parts.storage.accounts.setStatus('usr_root2', 'active'),
      events: [
        { action: 's2s.auth_failed', service, actor: 'usr_root2' },
        { action: 'privilege_violation', service, actor: 'usr_root2' },
      ],
    },
  ],
  MFA_REQUIRED: {
    prepare: async () => {
      advance(301)
    },
    provoke: (stage) => stage.start(),
    body: { acr_values: 'urn:understudy:acr:mfa', max_age: 300 },
    events: [denied],
  },
  NOT_FOUND: [
    {
      provoke: (stage) => stage.start({ user: 'usr_nobody' }),
      events: [{ ...denied, subject: 'usr_nobody' }],
    },
    { about: 'to a reader', provoke: (stage) => get(stage, '/users/x', stage.service), events: [] },
  ],
  TARGET_NOT_ALLOWED: {
    provoke: (stage) => stage.start({ user: 'usr_support' }),
    events: [{ ...denied, subject: 'usr_support', organization: 'org_acme' }],
  },
  IMPERSONATION_FORBIDDEN: {
    prepare: impersonated,
    provoke: (stage, token) => stage.start({ service: token as string }),
    events: [
      {
        ...failed,
        actor,
        subject: 'usr_jane',
        app: 'acme-portal',
        impersonation: expect.stringMatching(/^imp_/) as string,
      },
    ],
  },
  NOT_IMPERSONATING: { provoke: (stage) => get(stage, '/impersonation', stage.root), events: [] },
  APP_NOT_ELIGIBLE: {
    provoke: (stage) => stage.start({ app: 'acme-web' }),
    events: [{ ...refused, app: 'acme-web' }],
  },
  CONSENT_REQUIRED: {
    provoke: (stage) => stage.start({ user: 'usr_omar', app: 'acme-billing' }),
    events: [{ ...omars, app: 'acme-billing' }],
  },
  ALREADY_IMPERSONATING: {
    prepare: impersonated,
    provoke: (stage) => stage.start({ user: 'usr_omar' }),
    body: { impersonation: expect.objectContaining({ status: 'active' }) as object },
    events: [omars],
  },
  CONSENT_PRESENT: {
    provoke: ({ cast, service: token, root }) =>
      cast.request('POST', ASK, {
        token,
        json: { reason: 'a reason of some length' },
        headers: { 'actor-token': root },
      }),
    events: [{ ...refused, action: 'consent.requested' }],
  },
  METHOD_NOT_ALLOWED: {
    provoke: ({ cast, service: token }) => cast.request('DELETE', START, { token }),
    events: [],
  },
  BODY_TOO_LARGE: {
    provoke: (stage) => stage.start({ body: { reason: 'x'.repeat(17_000) } }),
    events: [],
  },
  MEDIA_TYPE: {
    provoke: ({ cast, service: token }) => cast.request('POST', START, { token, body: '{}' }),
    events: [],
  },
  WRONG_HOST: { provoke: (stage) => named(stage, 'evil.example'), events: [] },
  RATE_LIMITED: [
    {
      env: { STARTS_PER_SERVICE: '1' },
      prepare: (stage) => stage.start({ actor: 'x' }),
      provoke: (stage) => stage.start(),
      events: [{ action: 'rate_limit.exceeded', service, details: { limit: 'service' } }],
    },
    {
      about: 'for a panel that reports one administrator again and again',
      async prepare(stage) {
        stopClock()
        for (let n = 0; n < 60; n++) expect((await report(stage, stage.root)).status).toBe(202)
      },
      provoke: (stage) => report(stage, stage.root),
      events: [{ action: 'rate_limit.exceeded', service, actor, details: { limit: 'violation' } }],
    },
  ],
  INTERNAL: {
    prepare: ({ booted }) =>
      sqlBeside(booted, "update account set roles = 'x' where sub = 'usr_lena'"),
    provoke: (stage) => get(stage, '/users/usr_lena', stage.service),
    undo: ({ booted }) =>
      sqlBeside(booted, "update account set roles = '[]' where sub = 'usr_lena'"),
    events: [],
  },
  UNAVAILABLE: {
    async provoke(stage) {
      await sqlBeside(stage.booted, 'alter table audit_event rename to audit_event_away')
      const answer = await stage.start()
      await sqlBeside(stage.booted, 'alter table audit_event_away rename to audit_event')
      return answer
    },
    events: [],
  },
}

const rows = Object.entries(ways).flatMap(([code, way]) =>
  [way].flat().map((one: Way) => [code as DenialCode, one.about ?? '', one] as const),
)

describe.each(['sqlite', 'postgres'] as const)(
  'K01 every refusal leaves exactly its events, on %s',
  (database) => {
    const stage = onStage(database)

    it.each(rows)('%s %s', async (code, _, way) => {
      if (way.env !== undefined) await stage.restart(way.env)
      const prepared = await way.prepare?.(stage)
      const before = await minted(stage.booted)
      let answer: JsonAnswer | undefined
      const events = await stage.trail(async () => {
        answer = await way.provoke(stage, prepared)
      })
      if (answer === undefined) throw new Error('not asked')
      await way.undo?.(stage)
      const [status] = denials[code]
      expect([answer.status, answer.body]).toEqual([status, errorBody(code, way.body)])
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('x-request-id')).toBe(answer.body.request_id)
      expect(events).toEqual(way.events.map((event) => whole(answer?.body.request_id, code, event)))
      expect(await minted(stage.booted)).toEqual(before)
    })
  },
)

const whole = (requestId: string, code: DenialCode, event: Partial<AuditEvent>): object => ({
  seq: null,
  id: expect.stringMatching(/^aud_/) as string,
  at: expect.any(Number) as number,
  outcome: 'denied',
  code,
  actor: null,
  service: null,
  subject: null,
  organization: null,
  app: null,
  impersonation: null,
  requestId,
  ip: '127.0.0.1',
  userAgent: 'node',
  details: {},
  ...event,
})
