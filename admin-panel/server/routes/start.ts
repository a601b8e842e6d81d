import { z } from 'zod'
import { Access } from '../../tools/access.ts'
import { apiPath } from '../api-path.ts'
import { Refused } from '../denied.ts'
import { requireInReach } from '../reach.ts'
import type { PanelAnswer, PanelRequest, Route } from '../route.ts'
import { ok, route } from '../route.ts'

interface Wish {
  readonly mode?: 'read_only' | 'full' | undefined
  readonly reason?: string | undefined
  readonly ticket?: string | undefined
}

interface StartWish extends Wish {
  readonly endCurrent?: true | undefined
}

const wish = {
  mode: z.enum(['read_only', 'full']).optional(),
  reason: z.string().max(4000).optional(),
  ticket: z.string().max(1000).optional(),
}

const wishBody: z.ZodType<Wish> = z.strictObject(wish)
const startBody: z.ZodType<StartWish> = z.strictObject({
  ...wish,
  endCurrent: z.literal(true).optional(),
})

const pathOf = ({ params }: Pick<PanelRequest, 'params'>): string =>
  apiPath('users', params['id'], 'impersonation', params['appId'])

/**
 * That one is live already is the last thing a start is refused for: when it is said, all else is in
 * order, and nothing is ended in vain. The start is asked for once more, not for ever.
 */
async function start({ body, ...request }: PanelRequest<StartWish>): Promise<PanelAnswer> {
  const { endCurrent, ...json } = body
  const { actor, params } = request
  await requireInReach(request, params['id'])
  const path = pathOf(request)
  try {
    return ok(await actor.callWithToken(path, json))
  } catch (error) {
    const current = endCurrent === true ? liveOneIn(error) : undefined
    if (current === undefined) throw error
    await actor.call({ method: 'DELETE', path: apiPath('impersonations', current) })
    return ok(await actor.callWithToken(path, json))
  }
}

function liveOneIn(error: unknown): string | undefined {
  if (!(error instanceof Refused) || error.body.code !== 'ALREADY_IMPERSONATING') return undefined
  return (error.body as { impersonation?: { id?: string } }).impersonation?.id
}

export const startRoutes: readonly Route[] = [
  route<Wish>({
    method: 'post',
    path: '/api/users/:id/impersonation/:appId/check',
    access: Access.Impersonation,
    body: wishBody,
    async handle({ body, ...request }) {
      await requireInReach(request, request.params['id'])
      return ok(await request.actor.callWithToken(`${pathOf(request)}/check`, body))
    },
  }),
  route<StartWish>({
    method: 'post',
    path: '/api/users/:id/impersonation/:appId',
    access: Access.Impersonation,
    body: startBody,
    handle: start,
  }),
]
