import type { Account, DenialCode, ImpersonationExtension, Settings, Storage } from '../../index.ts'
import { Denied } from '../../index.ts'
import { Role } from '../../configs/variable.ts'
import { SECOND } from './story.ts'

interface Live {
  readonly storage: Pick<Storage, 'accounts' | 'impersonations'>
  readonly impersonation: Pick<ImpersonationExtension, 'start'>
  readonly settings?: Settings
}

const ACTOR = 'usr_root2'
const SUBJECT = 'usr_leilani'

/**
 * Starts the demo's one live impersonation, once in its life, by the real operation: as if another
 * administrator were at work in the panel. A policy that refuses it is not broken for a demo.
 *
 * @returns why it was not started; `null` when it was, now or before.
 */
export async function startLiveImpersonation(
  { storage, impersonation, settings }: Live,
  now: number,
): Promise<DenialCode | null> {
  const filter = { actor: ACTOR, subject: SUBJECT }
  const { items } = await storage.impersonations.list(filter, { cursor: null, limit: 1 }, now)
  if (items.length > 0) return null
  // Asked beforehand: a refused start would stand in the audit trail as a violation, at each start anew.
  const mayStart = settings?.impersonationRoles.includes(Role.SuperAdmin) ?? true
  if (!mayStart) return 'IMPERSONATOR_NOT_ALLOWED'
  const account = (await storage.accounts.find(ACTOR)) as Account
  const request = {
    service: 'admin-panel',
    subject: SUBJECT,
    app: 'acme-portal',
    wish: { mode: 'read_only', reason: 'Invoice total looks wrong to her', ticket: 'SUP-1251' },
    redeemWithin: null,
    origin: { requestId: null, ip: '127.0.0.1', userAgent: 'node' },
  } as const
  try {
    await impersonation.start(request, {
      account,
      mfaAt: Math.floor(now / SECOND),
      session: null,
    })
    return null
  } catch (error) {
    if (!(error instanceof Denied)) throw error
    return error.denial.code
  }
}
