import type { Parts } from '../parts.ts'
import { endAffected } from './end-affected.ts'
import { knownAccount, knownApp } from './known.ts'
import { Refusal } from './refusal.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/**
 * Takes back what somebody has allowed an app.
 *
 * @returns whether that changed anything; not when it was taken back before.
 * @throws Refusal
 */
export async function revokeConsent(
  parts: Parts,
  sub: string,
  clientId: string,
  requester: Requester,
): Promise<boolean> {
  const { storage, clock } = parts
  const account = await knownAccount(parts, sub)
  await knownApp(parts, clientId)
  const consent = await storage.consents.find(sub, clientId)
  if (consent === undefined) {
    throw new Refusal(`${sub} has never consented to ${clientId}.`)
  }
  if (consent.revokedAt !== null) return false
  await storage.unitOfWork.run(async () => {
    await storage.consents.revoke(sub, clientId, clock())
    await note(parts, requester, {
      action: 'consent.revoked',
      subject: sub,
      organization: account.organization?.id ?? null,
      app: clientId,
    })
  })
  await endAffected(parts, { account: sub })
  return true
}
