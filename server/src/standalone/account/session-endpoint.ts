import { z } from 'zod'
import type { Endpoint, LoginSession, Storage } from '../../index.ts'
import { endpoint, idOrNull, pageShape, readUser, timestampShape } from '../../index.ts'
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

/** Where a user is signed in at the issuer. */
export const sessionEndpoint = ({ sessions }: Pick<Storage, 'sessions'>): Endpoint =>
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/users/:userId/sessions',
    summary: "A user's own sign-ins, newest first",
    access: 'read_user',
    readsFor: true,
    answers: { 200: pageShape(sessionShape) },
    async handle({ ports, reader, params, origin }) {
      const { sub } = await readUser(ports, reader, idOrNull(params['userId']), origin)
      const items = (await sessions.listOf(sub, ports.clock())).map(present)
      return { status: 200, body: { items, next_cursor: null } }
    },
  })

const present = ({ id, signedInAt, expiresAt, amr, apps }: LoginSession): object => ({
  id,
  signed_in_at: new Date(signedInAt).toISOString(),
  expires_at: new Date(expiresAt).toISOString(),
  amr,
  apps: apps.map(({ clientId }) => clientId).filter((clientId) => clientId !== ACCOUNT_CLIENT),
})
