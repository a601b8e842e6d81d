import type { Consent } from './account.ts'
import type { App } from './app.ts'
import type { Mode } from './impersonation.ts'

const words = (scope: string): string[] => scope.split(' ').filter((word) => word !== '')

/**
 * The scope an impersonation is issued with: what the subject consented to (or the app's own scope
 * where no consent is required), never more than the app has now, never `offline_access`, without
 * write scopes in read-only mode, always with `openid`.
 */
export function issuedScope(app: App, consent: Consent | undefined, mode: Mode): string {
  const granted = words(app.requireConsent ? (consent?.scope ?? '') : app.scope)
  const registered = words(app.scope)
  const kept = granted.filter(
    (scope) =>
      scope !== 'offline_access' &&
      scope !== 'openid' &&
      registered.includes(scope) &&
      (mode === 'full' || !app.writeScopes.includes(scope)),
  )
  return ['openid', ...new Set(kept)].join(' ')
}
