import type { Storage } from '../../index.ts'
import type { Configuration } from '../configuration/read-configuration.ts'
import { readConfiguration } from '../configuration/read-configuration.ts'
import { diagnoseWebhooks } from '../webhooks/diagnose-webhooks.ts'
import {
  diagnoseDurability,
  diagnoseIntegrity,
  diagnoseMigrations,
  openForDiagnosis,
} from './diagnose-database.ts'
import { diagnoseImpersonators } from './diagnose-impersonators.ts'
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
  const configuration = readOrExplain(env)
  if (Array.isArray(configuration)) return [node, ...configuration]
  const { server } = configuration
  const secretKey = diagnoseSecretKey(server)
  const { finding, storage } = await openForDiagnosis(server)
  const first = [node, fine('Configuration', `issuer ${server.issuer}`), secretKey]
  first.push(...diagnoseProduction(server), finding)
  if (storage === null) return first
  try {
    const rest = await diagnoseStorage(storage, configuration, secretKey.level !== 'fail')
    return [...first, ...rest]
  } finally {
    await storage.close()
  }
}

/** Everything that is wrong with it, a finding each. */
function readOrExplain(env: NodeJS.ProcessEnv): Configuration | Finding[] {
  try {
    return readConfiguration(env)
  } catch (error) {
    const hint = 'docs/reference/configuration.md explains every setting.'
    const reasons = messageOf(error).split('\n')
    return reasons.map((reason) => wrong('Configuration', reason, hint))
  }
}

async function diagnoseStorage(
  storage: Storage,
  { settings, server }: Configuration,
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
  findings.push(...(await diagnoseImpersonators(storage, settings)))
  findings.push(await diagnoseDemoData(storage, server))
  if (server.production) findings.push(diagnoseAnchor(server))
  return findings
}
