import type { Storage } from '../../index.ts'
import { readConfiguration } from '../read-configuration.ts'
import type { ServerSettings } from '../server-settings.ts'
import { diagnoseWebhooks } from '../webhooks/diagnose-webhooks.ts'
import {
  diagnoseDurability,
  diagnoseIntegrity,
  diagnoseMigrations,
  openForDiagnosis,
} from './diagnose-database.ts'
import { diagnoseKeys } from './diagnose-keys.ts'
import { diagnoseMail } from './diagnose-mail.ts'
import { diagnoseAnchor, diagnoseProduction } from './diagnose-production.ts'
import { diagnoseSecretKey } from './diagnose-secret-key.ts'
import { diagnoseDemoData, diagnoseOutbox, diagnoseOverdue } from './diagnose-work.ts'
import type { Finding } from './finding.ts'
import { fine, messageOf, wrong } from './finding.ts'

/** Looks at everything a server needs, and changes nothing. What rests on what is broken is left out. */
export async function diagnose(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const node = fine('Node', process.versions.node)
  const server = readServer(env)
  if (Array.isArray(server)) return [node, ...server]
  const secretKey = diagnoseSecretKey(server)
  const { finding, storage } = await openForDiagnosis(server)
  const first = [node, fine('Configuration', `issuer ${server.issuer}`), secretKey]
  first.push(...diagnoseProduction(server), finding)
  if (storage === null) return first
  try {
    return [...first, ...(await diagnoseStorage(storage, server, secretKey.level !== 'fail'))]
  } finally {
    await storage.close()
  }
}

/** Everything that is wrong with it, a finding each. */
function readServer(env: NodeJS.ProcessEnv): ServerSettings | Finding[] {
  try {
    return readConfiguration(env).server
  } catch (error) {
    const hint = 'docs/reference/configuration.md explains every setting.'
    const reasons = messageOf(error).split('\n')
    return reasons.map((reason) => wrong('Configuration', reason, hint))
  }
}

async function diagnoseStorage(
  storage: Storage,
  server: ServerSettings,
  hasSecretKey: boolean,
): Promise<Finding[]> {
  const health = await storage.inspect()
  const findings = [
    diagnoseMigrations(health),
    diagnoseDurability(health),
    diagnoseIntegrity(health),
  ]
  if (health.pendingMigrations.length > 0) return findings
  // Without the key, opening them would make a new one.
  if (hasSecretKey) findings.push(await diagnoseKeys(storage, server))
  const now = Date.now()
  findings.push(diagnoseOutbox(health, now), await diagnoseOverdue(storage, now))
  findings.push(await diagnoseMail(storage, server, now))
  findings.push(await diagnoseWebhooks(storage, now))
  findings.push(await diagnoseDemoData(storage, server))
  if (server.production) findings.push(diagnoseAnchor(server))
  return findings
}
