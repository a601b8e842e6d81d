import type { Parts } from '../parts.ts'
import { endAffected } from './end-affected.ts'
import { knownApp } from './known.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/** @returns whether that changed anything. @throws Refusal */
export async function setAppEnabled(
  parts: Parts,
  clientId: string,
  enabled: boolean,
  requester: Requester,
): Promise<boolean> {
  const app = await knownApp(parts, clientId)
  if (app.enabled === enabled) return false
  await parts.storage.unitOfWork.run(async () => {
    await parts.storage.apps.setEnabled(clientId, enabled)
    const action = enabled ? 'app.enabled' : 'app.disabled'
    await note(parts, requester, { action, app: clientId })
  })
  await endAffected(parts, { app: clientId })
  return true
}
