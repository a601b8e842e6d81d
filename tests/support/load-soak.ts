import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Parts } from '../../server/src/standalone/parts.ts'

const DAY = 24 * 3600
const APP = 'acme-portal'
const SUBJECT = 'usr_jane'

/** A server under load, in this process or another, whose database this one may reach. */
export interface Loaded {
  readonly issuer: string
  readonly parts: Parts
}

/** An administrator with one impersonation after the other. */
export interface LoadSession {
  readonly actor: string
  id: string
  /** Empty between two of them. */
  token: string
}

/** What the machine has left after a while. */
export interface Sample {
  readonly heap: number
  readonly handles: number
  readonly wal: number
}

export interface Load {
  /** Milliseconds of each answer, by what was asked. */
  readonly took: Record<'refresh' | 'list' | 'end', number[]>
  /** How often each status came, but for the wanted ones. */
  readonly unwanted: Map<string, number>
  readonly samples: Sample[]
}

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
}

const post = (url: string, body: URLSearchParams | string, token?: string): Promise<Answer> =>
  ask(url, {
    method: 'POST',
    body,
    headers: {
      ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  })

/** An administrator with a live access token, as a login would have left them. */
async function addActor({ storage, clock }: Parts, name: string): Promise<string> {
  const sub = `usr_load${name}`
  const now = Math.floor(clock() / 1000)
  const common = { iat: now, exp: now + DAY, accountId: sub, clientId: 'admin-panel' }
  const token = randomBytes(32).toString('base64url')
  const grantId = `load${name}`
  const person = { sub, email: `${sub}@acme.test`, name: sub, organization: null }
  const account = {
    ...person,
    roles: ['super_admin'],
    status: 'active',
    lastLoginAt: null,
  } as const
  await storage.accounts.add(account, null, clock())
  const grant = { ...common, kind: 'Grant', jti: grantId, openid: { scope: 'openid' } }
  await storage.models('Grant').upsert(grantId, grant, DAY)
  const extra = { acr: 'urn:understudy:acr:mfa', auth_time: now }
  const access = { ...common, kind: 'AccessToken', jti: token, grantId, scope: 'openid', extra }
  await storage.models('AccessToken').upsert(token, access, DAY)
  return token
}

/** @returns the status; what was 200 is in the session. */
async function restart({ issuer }: Loaded, service: string, session: LoadSession): Promise<number> {
  const path = `${issuer}/api/v1/users/${SUBJECT}/impersonation/${APP}`
  const json = JSON.stringify({ impersonatorToken: session.actor })
  const { status, body } = await post(path, json, service)
  if (status === 200) {
    session.id = String(body['impersonation_id'])
    session.token = String(body['refresh_token'])
  }
  return status
}

/** So many administrators, each acting for somebody. */
export async function openSessions(
  loaded: Loaded,
  service: string,
  count: number,
): Promise<LoadSession[]> {
  const sessions: LoadSession[] = []
  while (sessions.length < count) {
    const names = Array.from({ length: Math.min(50, count - sessions.length) }, (_, n) =>
      String(sessions.length + n),
    )
    const actors = await loaded.parts.storage.unitOfWork.run(() =>
      Promise.all(names.map((name) => addActor(loaded.parts, name))),
    )
    const fresh = actors.map((actor) => ({ actor, id: '', token: '' }))
    const statuses = await Promise.all(fresh.map((session) => restart(loaded, service, session)))
    const refused = statuses.filter((status) => status !== 200)
    if (refused.length > 0) throw new Error(`starts: ${refused.join()}`)
    sessions.push(...fresh)
  }
  return sessions
}

/** Everything that nobody holds any more is gone, which leaves what leaks. */
function sample({ parts }: Loaded): Sample {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const wal = join(parts.server.dataDir, 'understudy.sqlite-wal')
  return {
    heap: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().length,
    wal: statSync(wal, { throwIfNoEntry: false })?.size ?? 0,
  }
}

export interface SoakPlan {
  readonly seconds: number
  readonly lanes: number
  readonly samples: number
  /** A fresh token of the service: they live for ten minutes. */
  readonly service: () => Promise<string>
  /** Milliseconds, by which is told how long it runs and how long an answer took. */
  readonly now?: () => number
}

/** Refreshes, lists, and now and then ends and starts anew, for as long as it is told. */
export async function soak(loaded: Loaded, sessions: LoadSession[], plan: SoakPlan): Promise<Load> {
  const load: Load = { took: { refresh: [], list: [], end: [] }, unwanted: new Map(), samples: [] }
  const now = plan.now ?? ((): number => performance.now())
  const until = now() + plan.seconds * 1000
  let service = await plan.service()
  const lane = async (): Promise<void> => {
    while (now() < until) {
      const session = sessions.shift()
      if (session === undefined) throw new Error('more lanes than sessions')
      await oneStep({ loaded, service, session, load, now })
      sessions.push(session)
    }
  }
  const watch = async (): Promise<void> => {
    for (let n = 0; n < plan.samples; n++) {
      const pause = (plan.seconds * 1000) / plan.samples
      await delay(pause)
      load.samples.push(sample(loaded))
      service = await plan.service()
      for (const list of Object.values(load.took)) if (list.length > 50_000) list.splice(0, 25_000)
    }
  }
  await Promise.all([watch(), ...Array.from({ length: plan.lanes }, lane)])
  return load
}

interface Step {
  readonly loaded: Loaded
  readonly service: string
  readonly session: LoadSession
  readonly load: Load
  readonly now: () => number
}

async function oneStep({ loaded, service, session, load, now }: Step): Promise<void> {
  const { took, unwanted } = load
  const note = (what: string): void => void unwanted.set(what, (unwanted.get(what) ?? 0) + 1)
  const timed = async (kind: keyof Load['took'], wanted: number, request: Promise<Answer>) => {
    const began = now()
    const answer = await request
    took[kind].push(now() - began)
    if (answer.status === wanted) return answer.body
    note(`${kind} ${String(answer.status)}`)
    return null
  }
  const next = async (): Promise<void> => {
    const status = await restart(loaded, service, session)
    if (status !== 200) note(`start ${String(status)}`)
  }
  const dice = Math.random()
  const { issuer } = loaded
  const headers = { authorization: `Bearer ${service}` }
  if (session.token === '') await next()
  else if (dice < 0.1) {
    const url = `${issuer}/api/v1/impersonations?status=active&limit=50`
    await timed('list', 200, ask(url, { headers }))
  } else if (dice < 0.2) {
    const url = `${issuer}/api/v1/impersonations/${session.id}`
    // Whom the server has no time for asks again later, with what there is.
    if ((await timed('end', 204, ask(url, { method: 'DELETE', headers }))) === null) return
    session.token = ''
    await next()
  } else {
    const form = { grant_type: 'refresh_token', client_id: APP, refresh_token: session.token }
    const body = await timed('refresh', 200, post(`${issuer}/token`, new URLSearchParams(form)))
    if (body !== null) session.token = String(body['refresh_token'])
  }
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN
