import { z } from 'zod'
import type { ConsentRequest, Storage } from '../../index.ts'
import { personShape, timestampShape } from '../../index.ts'

/** On the wire (docs/reference/api.md). */
export const consentRequestShape: z.ZodType = z
  .object({
    id: z.string(),
    app: z.object({ client_id: z.string(), name: z.string().nullable() }),
    actor: personShape,
    subject: personShape,
    reason: z.string(),
    mode: z.enum(['read_only', 'full']),
    status: z.enum(['pending', 'accepted', 'declined', 'expired']),
    requested_at: timestampShape,
    expires_at: timestampShape,
    decided_at: timestampShape.nullable(),
  })
  .meta({ id: 'ConsentRequest' })

export async function presentConsentRequest(
  { accounts, apps }: Pick<Storage, 'accounts' | 'apps'>,
  request: ConsentRequest,
): Promise<object> {
  const { id, reason, mode, status, decidedAt } = request
  const person = async (sub: string): Promise<object> => {
    const account = await accounts.find(sub)
    return { sub, email: account?.email ?? null, name: account?.name ?? null }
  }
  const app = await apps.find(request.app)
  return {
    id,
    app: { client_id: request.app, name: app?.name ?? null },
    actor: await person(request.actor),
    subject: await person(request.subject),
    reason,
    mode,
    status,
    requested_at: timeOf(request.requestedAt),
    expires_at: timeOf(request.expiresAt),
    decided_at: decidedAt === null ? null : timeOf(decidedAt),
  }
}

const timeOf = (at: number): string => new Date(at).toISOString()
