import { z } from 'zod'
import type { Endpoint, LoginSession, Storage } from '../../index.ts'
import {
  endpoint,
  idOrNull,
  pageOf,
  pageOfWhole,
  pageShape,
  paging,
  readUser,
  timestampShape,
} from '../../index.ts'
import { ACCOUNT_CLIENT } from './account-client.ts'

const sessionShape = z
  .object({
    id: z.string(),
    signed_in_at: timestampShape,
    expires_at: timestampShape,
    amr: z.array(z.string()),
    apps: z.array(z.string()),
  })
  .meta({ id: 'Session' })

interface PageQuery {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

const pageQuery: z.ZodType<PageQuery> = z.strictObject(paging)

/** Where a user is signed in at the issuer. */
export const sessionEndpoint = ({ sessions }: Pick<Storage, 'sessions'>): Endpoint =>
  endpoint<undefined, PageQuery>({
    method: 'get',
    path: '/users/:userId/sessions',
    summary: "A user's own sign-ins, newest first",
    access: 'read_user',
    readsFor: true,
    query: pageQuery,
    answers: { 200: pageShape(sessionShape) },
    async handle({ ports, reader, params, query, origin }) {
      const { sub } = await readUser(ports, reader, idOrNull(params['userId']), origin)
      const all = await sessions.listOf(sub, ports.clock())
      const { items, nextCursor } = pageOfWhole(all, pageOf(query), ({ id }) => id)
      return { status: 200, body: { items: items.map(present), next_cursor: nextCursor } }
    },
  })

const present = ({ id, signedInAt, expiresAt, amr, apps }: LoginSession): object => ({
  id,
  signed_in_at: new Date(signedInAt).toISOString(),
  expires_at: new Date(expiresAt).toISOString(),
  amr,
  apps: apps.map(({ clientId }) => clientId).filter((clientId) => clientId !== ACCOUNT_CLIENT),
})
