import { z } from 'zod'
import { checkImpersonation } from '../../operations/check-impersonation.ts'
import { Denied } from '../../operations/denied.ts'
import type { ImpersonationRequest } from '../../operations/impersonation-request.ts'
import { startImpersonation } from '../../operations/start-impersonation.ts'
import type { Settings } from '../../impersonation/settings.ts'
import type { ApiRequest, Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { blankableText, idOrNull, text } from '../parameters.ts'

interface StartBody {
  readonly impersonatorToken?: string | null | undefined
  readonly reason?: string | undefined
  readonly ticket?: string | undefined
  readonly mode?: 'read_only' | 'full' | undefined
  readonly redeemWithin?: number | undefined
}

/** Strict: a member nobody knows is a wish nobody will fulfil. */
const startBody = (settings: Settings): z.ZodType<StartBody> =>
  z
    .strictObject({
      impersonatorToken: z
        .string()
        .nullish()
        .meta({ description: 'access token of the administrator', override: { type: 'string' } }),
      // Where they are required, a blank one is missing: the rule says so, in its own words.
      reason: (settings.requireReason ? blankableText : text)(500).optional(),
      ticket: (settings.ticketPattern === null ? text : blankableText)(200).optional(),
      mode: z.enum(['read_only', 'full']).optional(),
      redeemWithin: z.int().min(1).max(settings.impersonationSeconds).optional(),
    })
    .meta({ id: 'StartImpersonation', override: { required: ['impersonatorToken'] } })

type StartRequest = ApiRequest<StartBody, undefined>

function toRequest({ ports, service, params, body, origin }: StartRequest): ImpersonationRequest {
  return {
    service: service.clientId,
    subject: idOrNull(params['userId']),
    app: idOrNull(params['appId']),
    wish: {
      mode: body.mode ?? ports.settings.defaultMode,
      reason: body.reason ?? null,
      ticket: body.ticket === '' ? null : (body.ticket ?? null),
    },
    redeemWithin: body.redeemWithin ?? null,
    origin,
  }
}

/** @throws Denied TOKEN_REQUIRED */
function actorTokenOf({ body }: StartRequest): string {
  const token = body.impersonatorToken ?? ''
  if (token.trim() === '') throw new Denied('TOKEN_REQUIRED')
  return token
}

/** How long a link may wait depends on the policy, so these are made for one. */
export function startEndpoints(settings: Settings): readonly Endpoint[] {
  const body = startBody(settings)
  return [start(body), check(body)]
}

const start = (body: z.ZodType<StartBody>): Endpoint =>
  endpoint<StartBody, undefined>({
    method: 'post',
    path: '/users/:userId/impersonation/:appId',
    summary: 'Start an impersonation',
    access: 'root',
    countsAsStart: true,
    body,
    answers: { 200: 'started' },
    async handle(request) {
      const token = actorTokenOf(request)
      const { ports } = request
      const { impersonation, refreshToken, links } = await startImpersonation(
        ports,
        toRequest(request),
        token,
      )
      const { id, mode, startedAt, expiresAt } = impersonation
      return {
        status: 200,
        body: {
          refresh_token: refreshToken,
          refresh_token_expires_in: (expiresAt - startedAt) / 1000,
          refresh_token_expires_on: expiresAt / 1000,
          impersonation_id: id,
          mode,
          links,
        },
      }
    },
  })

const check = (body: z.ZodType<StartBody>): Endpoint =>
  endpoint<StartBody, undefined>({
    method: 'post',
    path: '/users/:userId/impersonation/:appId/check',
    summary: 'Say which rules a start would pass',
    access: 'root',
    countsAsStart: true,
    body,
    answers: { 200: 'checked' },
    async handle(request) {
      const token = actorTokenOf(request)
      return {
        status: 200,
        body: await checkImpersonation(request.ports, toRequest(request), token),
      }
    },
  })
