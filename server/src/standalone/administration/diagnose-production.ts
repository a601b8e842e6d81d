import type { ServerSettings } from '../configuration/server-settings.ts'
import { riskyChecks, settingsRisks } from '../configuration/production-risks.ts'
import type { Finding } from './finding.ts'
import { fine, unwise, wrong } from './finding.ts'

const HINT = 'The server refuses to start with it in production.'

/** What a start in production is refused for, and what is only unwise there. */
export function diagnoseProduction(server: ServerSettings): Finding[] {
  if (!server.production) return []
  const risks = settingsRisks(server)
  return riskyChecks.flatMap((check) => {
    const risk = risks.find((one) => one.check === check)
    if (risk !== undefined) return [wrong(check, risk.reason, HINT)]
    // The key has a line of its own.
    return check === 'Secret key' ? [] : [diagnoseAccepted(check, server)]
  })
}

function diagnoseAccepted(
  check: (typeof riskyChecks)[number],
  { issuer, host, trustedProxies, dataDir }: ServerSettings,
): Finding {
  if (check === 'Proxies') {
    return fine(check, `${trustedProxies} in front of ${host ?? 'the loopback'}`)
  }
  if (check === 'Data folder') return fine(check, dataDir)
  if (issuer.startsWith('https:')) return fine(check, issuer)
  return unwise(check, `${issuer} is for this machine only`, 'Set ISSUER to its public name.')
}

export function diagnoseAnchor({ auditAnchorFile }: ServerSettings): Finding {
  const check = 'Audit anchor'
  if (auditAnchorFile !== undefined) return fine(check, auditAnchorFile)
  const detail = 'none: a database that was put back is not noticed'
  return unwise(check, detail, 'Set AUDIT_ANCHOR_FILE, and ship that file elsewhere.')
}
