import { ConditionLost } from '../../index.ts'
import { Refusal } from '../administration/refusal.ts'
import type { Requester } from '../administration/requester.ts'
import { note } from '../administration/requester.ts'
import type { Parts } from '../parts.ts'
import { knownWebhook } from './administer.ts'
import { secretsIn, textOf } from './signing-secrets.ts'
import { newWebhookSecret } from './standard-webhook.ts'

export interface RotatedWebhook {
  /** It can be read only now. */
  readonly secret: string
  /** Until then the secret before signs, too; epoch milliseconds. */
  readonly until: number
}

/**
 * Draws a fresh secret; every message carries a signature by it and, for a while, one by the secret
 * before. One from an earlier rotation signs no more.
 *
 * @param overlap milliseconds; 0 where the old one is in wrong hands.
 * @throws Refusal
 */
export async function rotateWebhook(
  parts: Parts,
  id: string,
  overlap: number,
  requester: Requester,
): Promise<RotatedWebhook> {
  const { storage, box, clock } = parts
  const { sealedSecret } = await knownWebhook(parts, id)
  if (sealedSecret === null) {
    const why = 'its tokens are signed with the issuer’s keys'
    throw new Refusal(`${id} has no secret: ${why}.`)
  }
  const secret = newWebhookSecret()
  const until = clock() + overlap
  const { current } = secretsIn(box.open(sealedSecret))
  const fresh = box.seal(textOf({ current: secret, previous: { secret: current, until } }))
  try {
    await storage.unitOfWork.run(async () => {
      await storage.webhookEndpoints.replaceSecret(id, fresh, sealedSecret)
      const details = { endpoint: id, until: new Date(until).toISOString() }
      await note(parts, requester, { action: 'key.rotated', details })
    })
  } catch (error) {
    if (!(error instanceof ConditionLost)) throw error
    throw new Refusal(`Somebody else has changed ${id} at the same moment.`)
  }
  return { secret, until }
}
