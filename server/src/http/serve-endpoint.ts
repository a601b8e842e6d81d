import type { Context } from 'koa'
import { z } from 'zod'
import type { Origin } from '../impersonation/audit-event.ts'
import type { DenialCode } from '../impersonation/denial.ts'
import { Denied } from '../operations/denied.ts'
import { limitRate } from '../operations/limit-rate.ts'
import type { Reader } from '../operations/recognise-reader.ts'
import { recogniseReader } from '../operations/recognise-reader.ts'
import { recogniseService } from '../operations/recognise-service.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { answerError, setCommonHeaders } from './answer.ts'
import { bearerOf } from './bearer.ts'
import { allowOrigin } from './cors.ts'
import type { ApiAnswer, Endpoint } from './endpoint.ts'
import { ACTOR_TOKEN } from './endpoint.ts'
import { parseJson, readBody } from './json-body.ts'
import { originOf } from './origin.ts'
import { tieCursor, untieCursor } from './tied-cursor.ts'

/** Serves one endpoint in the order of contract §1: what is cheap and says nothing comes first. */
export async function serveEndpoint(ports: Ports, ctx: Context, route: Endpoint): Promise<void> {
  setCommonHeaders(ctx)
  // Who is connected must not keep a stopping server from stopping by asking again and again.
  if (ports.closing.aborted) ctx.set('Connection', 'close')
  try {
    const { body, ...answer } = await run(ports, ctx, route)
    send(ctx, { ...answer, body: tieCursor(ctx.path, body) })
  } catch (error) {
    answerError(ports, ctx, error)
  }
}

/** A wish that nobody knows is refused, also where there is nothing to wish for. */
const NONE = z.strictObject({})

async function run(ports: Ports, ctx: Context, route: Endpoint): Promise<ApiAnswer> {
  const bytes = route.body === undefined ? null : await readBody(ctx)
  const origin = originOf(ctx)
  const token = bearerOf(ctx)
  const service = await recogniseCaller(ports, ctx, route, token, origin)
  const query = untieCursor(ctx.path, parse(route.query ?? NONE, ctx.query, 'QUERY_INVALID'))
  const body = bytes && route.body && parse(route.body, parseJson(bytes), 'BODY_INVALID')
  // An empty header was meant to say something.
  const header = (name: string): string | null =>
    name.toLowerCase() in ctx.headers ? ctx.get(name) : null
  const actorToken = route.readsFor ? header(ACTOR_TOKEN) : null
  const reader = service && (await recogniseReader(ports, service, actorToken, origin))
  // RFC 9110 §9.3.2: no content, so nothing is read, followed or written down as read.
  if (ctx.method === 'HEAD' && route.media !== undefined) return { status: 200 }
  return route.handle({
    ports,
    origin,
    params: ctx['params'] as Record<string, string>,
    body,
    query,
    header,
    token,
    get service(): Service {
      return recognised(service)
    },
    get reader(): Reader {
      return recognised(reader)
    },
  })
}

function recognised<Caller>(caller: Caller | null): Caller {
  if (caller === null) throw new Error('no service calls this route')
  return caller
}

async function recogniseCaller(
  ports: Ports,
  ctx: Context,
  route: Endpoint,
  token: string | null,
  origin: Origin,
): Promise<Service | null> {
  if (route.access === 'browser') {
    await allowOrigin(ports, ctx, token)
    return null
  }
  const service = await recogniseService(ports, token, route.access, origin)
  if (route.countsAsStart) {
    const { clientId } = service
    const limit = { name: 'service', points: ports.settings.startsPerService, window: 60 }
    await limitRate(ports, { limit, key: clientId, service: clientId }, origin, ports.floodGuard)
  }
  return service
}

function parse(schema: z.ZodType, value: unknown, code: DenialCode): unknown {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Denied(code)
  return parsed.data
}

function send(ctx: Context, answer: ApiAnswer): void {
  // Without an explicit null, Koa would say "Accepted" in the body of a 202.
  ctx.body = answer.body ?? null
  ctx.status = answer.status
  for (const [name, value] of Object.entries(answer.headers ?? {})) ctx.set(name, value)
}
