import { originOf } from '../../index.ts'
import type { Parts } from '../parts.ts'
import type { NoteForeign } from './interaction-adapter.ts'

/** Writes down that somebody has tried to fetch the sign-in of somebody else. */
export const noteForeignBrowser =
  ({ impersonation }: Pick<Parts, 'impersonation'>): NoteForeign =>
  async (ctx, { params, result }) => {
    const accountId = result?.login?.accountId
    if (accountId === undefined) return
    await impersonation.recordAside(
      {
        action: 'login.failed',
        outcome: 'denied',
        actor: accountId,
        app: String(params?.['client_id']),
        details: { reason: 'other_browser' },
      },
      originOf(ctx),
    )
  }
