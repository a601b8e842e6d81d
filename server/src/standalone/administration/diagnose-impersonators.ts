import type { RegisteredApp, Settings, Storage } from '../../index.ts'
import type { Finding } from './finding.ts'
import { fine, unwise } from './finding.ts'

const CHECK = 'Impersonator clients'
const HINT =
  "Register another as docs/how-to/go-to-production.md does, for IMPERSONATOR_CLIENTS and the panel's CLIENT_ID."

/**
 * The admin panel is one client for two jobs: people sign in to it, and it calls the API by itself.
 * Whoever has a service of its own for the second one may do with less.
 */
export async function diagnoseImpersonators(
  { apps }: Pick<Storage, 'apps'>,
  { impersonatorClients }: Pick<Settings, 'impersonatorClients'>,
): Promise<Finding[]> {
  const found = await Promise.all(impersonatorClients.map((id) => apps.find(id)))
  const registered = found.filter((app) => app !== undefined)
  const lacking = registered.flatMap((app) => {
    const lacks = lacksOf(app)
    return lacks.length === 0 ? [] : [`${app.clientId} ${lacks.join(', ')}: it cannot be the panel`]
  })
  if (lacking.length > 0) return lacking.map((detail) => unwise(CHECK, detail, HINT))
  const ids = registered.map(({ clientId }) => clientId)
  return [fine(CHECK, ids.length === 0 ? 'none is registered' : ids.join(', '))]
}

function lacksOf({ enabled, type, grantTypes, serviceScope }: RegisteredApp): string[] {
  const lacks: readonly (readonly [string, boolean])[] = [
    ['is disabled', !enabled],
    ['has no secret', type === 'spa'],
    ['signs nobody in', !grantTypes.includes('authorization_code')],
    ['has no grant refresh_token', !grantTypes.includes('refresh_token')],
    ['has no service scope root', !serviceScope.split(' ').includes('root')],
  ]
  return lacks.flatMap(([what, isSo]) => (isSo ? [what] : []))
}
