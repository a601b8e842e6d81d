import type { Context } from 'koa'
import { z } from 'zod'
import type { Access } from '../tools/access.ts'
import { createActor } from './actor.ts'
import { isDenied } from './answer-error.ts'
import { Denied } from './denied.ts'
import { readJson } from './json-body.ts'
import { originOf } from './origin.ts'
import type { Parts } from './parts.ts'
import type { Person } from './person.ts'
import { toPerson } from './person.ts'
import { requestIdOf } from './request-id.ts'
import type { PanelAnswer, PanelRequest, Route } from './route.ts'
import { refuseOtherSites, requireSameOrigin } from './same-origin.ts'
import type { Session } from './sessions.ts'

/** Serves one route: where it comes from, who it is, what they may do, and only then what it says. */
export async function serveRoute(parts: Parts, ctx: Context, route: Route): Promise<void> {
  ctx.set('Cache-Control', 'no-store')
  if (route.method === 'get') refuseOtherSites(ctx)
  else requireSameOrigin(ctx, parts.url)
  const { cookies, sessions } = parts
  const id = cookies.session.read(ctx)
  const isBackground = route.isBackground === true || ctx.get('x-background') === '1'
  const session = sessions.find(id, isBackground ? 'background' : 'foreground')
  try {
    if (session === undefined) throw new Denied('SESSION_EXPIRED')
    send(ctx, await run(parts, ctx, route, session))
  } catch (error) {
    if (isDenied(error, 'SESSION_EXPIRED')) {
      if (session !== undefined) sessions.close(session)
      if (id !== null) cookies.session.clear(ctx)
    }
    if (session !== undefined && error instanceof Denied && error.code === 'ACCESS_MISSING') {
      noteRefusal(parts, ctx, route, session, error)
    }
    throw error
  }
}

/** In the log at once; in the audit trail as soon as may be, which no refusal waits for. */
function noteRefusal(
  parts: Parts,
  ctx: Context,
  { path }: Route,
  session: Session,
  { details }: Denied,
): void {
  const { method } = ctx
  const about = { request_id: requestIdOf(ctx.req), sub: session.sub }
  parts.log.warn({ ...about, ...details, method, route: path }, 'access missing')
  const access = details['access'] ?? null
  const json = { action: 'privilege_violation', access, method, route: path }
  createActor(parts, session, originOf(ctx))
    .call({ method: 'POST', path: '/audit-events', json })
    .catch((err: unknown) => {
      parts.log.warn({ ...about, err }, 'refusal not in the audit trail')
    })
}

async function run(
  parts: Parts,
  ctx: Context,
  route: Route,
  session: Session,
): Promise<PanelAnswer> {
  const { accessRules, clock, issuerUrl } = parts
  const actor = createActor(parts, session, originOf(ctx))
  const person = toPerson(accessRules, await actor.user())
  requireAccess(route, person)
  const query = parse(queryOf(route), ctx.query, 'QUERY_INVALID') as PanelRequest['query']
  const body = route.body && parse(route.body, await readJson(ctx), 'BODY_INVALID')
  const params = ctx['params'] as Record<string, string>
  const known = { params, query, body, session, person, actor }
  return route.handle({ ...known, issuer: issuerUrl, accessRules, clock })
}

/** @throws Denied ACCESS_MISSING */
function requireAccess(route: Route, person: Person): void {
  const wanted = route.access === null ? [] : [route.access].flat()
  const isHeld = wanted.length === 0 || wanted.some((access) => person.accesses.includes(access))
  const isTooWide = route.wholeHouse === true && person.within !== null
  if (isHeld && !isTooWide) return
  const [access = null] = wanted as readonly (Access | undefined)[]
  throw new Denied('ACCESS_MISSING', { access, roles: person.user.roles })
}

/** Strict: a filter that nobody knows would show more than was asked for. */
const queryOf = ({ query = [] }: Route): z.ZodType =>
  z.strictObject(Object.fromEntries(query.map((name) => [name, z.string().max(600).optional()])))

function parse(schema: z.ZodType, value: unknown, code: 'QUERY_INVALID' | 'BODY_INVALID'): unknown {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Denied(code)
  return parsed.data
}

function send(ctx: Context, answer: PanelAnswer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) ctx.set(name, value)
  // Without an explicit null, Koa would say "Accepted" in the body of a 202.
  ctx.body = answer.body ?? null
  ctx.status = answer.status
}
