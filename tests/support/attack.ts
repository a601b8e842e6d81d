import { hash } from 'node:crypto'
import type { AuditEvent, DenialCode } from 'understudy'
import { denials } from 'understudy'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { besides } from './beside.ts'
import type { Booted } from './boot.ts'
import { boot } from './boot.ts'
import type { Cast, JsonAnswer, StartInput } from './cast.ts'
import { castOf } from './cast.ts'
import { dumpOf } from './dump-of.ts'
import { assertInvariants } from './invariants.ts'
import { resetClock } from './turned-clock.ts'
import { untilAnswered } from './until-answered.ts'

/** The server under attack, and who is at hand in every test. */
export interface Stage {
  readonly booted: Booted
  readonly cast: Cast
  /** Access tokens with a fresh second factor, and a service's with `root`. */
  readonly root: string
  readonly service: string
  /** The access token of a person, signed in at the admin panel; asked for once. */
  token(email: string): Promise<string>
  /** A start with the two tokens above, as Jane in Acme Portal, or as given. */
  start(input?: Partial<StartInput>): Promise<JsonAnswer>
  /** Stops the server and starts it again, with other variables until the end of the test. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>
  /** What was written to the audit trail while `work` ran, oldest first. */
  trail(work: () => Promise<unknown>): Promise<AuditEvent[]>
}

/** A server for all tests of the block it is called in; the invariants are asserted after each. */
export function onStage(
  database: 'sqlite' | 'postgres',
  env: Readonly<Record<string, string>> = {},
): Stage {
  const tokens = new Map<string, string>()
  const stage = {} as { -readonly [Key in keyof Stage]: Stage[Key] }
  stage.token = async (email) => {
    const known = tokens.get(email)
    if (known !== undefined) return known
    const { accessToken, idToken, refreshToken, jar } = await stage.cast.signIn(email)
    const session = jar.cookies.get('understudy_session')
    for (const secret of [idToken, refreshToken, session])
      if (secret !== undefined) stage.cast.secrets.add(secret)
    tokens.set(email, accessToken)
    return accessToken
  }
  stage.start = ({ service: token = stage.service, actor, user, app, body } = {}) => {
    const path = `/api/v1/users/${user ?? 'usr_jane'}/impersonation/${app ?? 'acme-portal'}`
    const json = { impersonatorToken: actor ?? stage.root, ...body }
    return stage.cast.request('POST', path, { token, json })
  }
  let changed = false
  stage.restart = async (other) => {
    changed = other !== undefined
    await stage.booted.restart(other)
    await untilAnswered(stage.booted)
  }
  stage.trail = async (work) => {
    const { audit } = stage.booted.parts.storage
    await audit.flush()
    // Not "from now on": some tests turn the clock, and ids sort by time.
    const before = new Set<string>()
    for await (const { id } of audit.stream({})) before.add(id)
    await work()
    await audit.flush()
    const events: AuditEvent[] = []
    for await (const event of audit.stream({})) if (!before.has(event.id)) events.push(event)
    return events.toReversed()
  }
  beforeAll(async () => {
    stage.booted = await boot({ database, env })
    stage.cast = castOf(stage.booted)
    stage.service = await stage.cast.serviceToken()
    stage.root = await stage.token('root@acme.test')
  })
  afterEach(async () => {
    await assertInvariants(stage.booted, stage.cast)
    resetClock()
    if (changed) await stage.restart()
    await endAll(stage.booted)
  })
  afterAll(() => stage.booted.close())
  return stage
}

/** Runs SQL beside the server, as an operator with a shell does. */
export async function sqlBeside(booted: Booted, text: string): Promise<void> {
  const beside = await besides(booted)
  try {
    await beside.sql(text)
  } finally {
    await beside.close()
  }
}

/** So that no test finds an administrator busy with another test's impersonation. */
async function endAll({ parts }: Booted): Promise<void> {
  const { items } = await parts.impersonation.list(
    { status: 'active' },
    { cursor: null, limit: 100 },
  )
  const origin = { requestId: null, ip: null, userAgent: null }
  for (const { impersonation } of items) await parts.impersonation.revoke(impersonation.id, origin)
}

/** The whole body of an error, by contract §2. */
export const errorBody = (code: DenialCode, more: object = {}): object => {
  const [, error, description] = denials[code]
  return { error, error_description: description, code, request_id: expect.any(String), ...more }
}

export function expectError(
  answer: JsonAnswer,
  status: number,
  code: DenialCode,
  more: object = {},
): void {
  expect([answer.status, answer.body]).toEqual([status, errorBody(code, more)])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.getSetCookie()).toEqual([])
  expect(answer.headers.get('x-request-id')).toBe(answer.body.request_id)
}

/**
 * The standard denial: status and code, one `impersonation.denied` that says so (and, for somebody
 * without the right to, a `privilege_violation`), and nothing minted.
 */
export async function expectDenied(
  stage: Stage,
  start: () => Promise<JsonAnswer>,
  status: number,
  code: DenialCode,
  about: Partial<AuditEvent> = {},
): Promise<JsonAnswer> {
  const before = await minted(stage.booted)
  let answer: JsonAnswer | undefined
  const events = await stage.trail(async () => {
    answer = await start()
  })
  if (answer === undefined) throw new Error('not asked')
  expectError(answer, status, code, code === 'ALREADY_IMPERSONATING' ? runningIn(answer) : {})
  const actions = ['impersonation.denied']
  if (code === 'IMPERSONATOR_NOT_ALLOWED') actions.push('privilege_violation')
  expect(events).toEqual(
    actions.map((action) =>
      expect.objectContaining({
        action,
        outcome: 'denied',
        code,
        service: 'acme-backend',
        impersonation: null,
        requestId: answer?.body.request_id,
        ...about,
      }),
    ),
  )
  expect(await minted(stage.booted)).toEqual(before)
  return answer
}

const runningIn = ({ body }: JsonAnswer): object => ({
  impersonation: expect.objectContaining({ id: body.impersonation?.id, status: 'active' }),
})

/** Ids of everything a start could have made. */
export async function minted(booted: Booted): Promise<readonly string[]> {
  const { impersonation = [], oidc_model: models = [] } = await dumpOf(booted)
  const rows = [...impersonation, ...models.filter(({ model }) => model !== 'Session')]
  return rows.map(({ model, id }) => `${String(model)} ${String(id)}`).toSorted()
}

/** Answers that must not be told from one another: contract §2, "same answer". */
export function comparable({ status, headers, body }: JsonAnswer): unknown {
  const kept = [...headers].filter(([name]) => !['x-request-id', 'date'].includes(name))
  return { status, headers: kept, body: { ...body, request_id: null } }
}

/** What `acme-backend` sends along to prove who it is. */
export const basic = (client: string, secret = `${client}-secret`): string =>
  `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`

/** A service of its own, so that a test may take it away again. */
export async function addService(
  { parts }: Booted,
  clientId: string,
  scope: string,
): Promise<void> {
  const { apps } = parts.storage
  const model = await apps.find('acme-backend')
  if (model === undefined) throw new Error('the demo has no acme-backend')
  const secretHash = hash('sha256', `${clientId}-secret`, 'base64url')
  await apps.add({ ...model, clientId, secretHash, serviceScope: scope }, Date.now())
}
