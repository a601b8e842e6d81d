import { html, trustedHtml } from './html.ts'
import { page } from './layout.ts'

interface Logout {
  /** The form that oidc-provider gives to `logoutSource`; markup, taken as it is. */
  readonly form: string
  readonly host: string
}

interface SignedOut {
  readonly appName?: string | undefined
}

/** Asks first (OpenID Connect RP-Initiated Logout 1.0 §2): `logout=yes` ends the session. */
export function logoutPage({ form, host }: Logout): string {
  const body = html`
    <h1>Sign out?</h1>
    <p class="lead">
      Signed in at <strong translate="no"><bdi>${host}</bdi></strong>
    </p>
    ${trustedHtml(form)}
    <div class="choices">
      <button class="primary" type="submit" form="op.logoutForm" name="logout" value="yes">
        Sign out
      </button>
      <button type="submit" form="op.logoutForm">Stay signed in</button>
    </div>
  `
  return page({ title: 'Sign out?', body })
}

export function signedOutPage({ appName }: SignedOut = {}): string {
  const body = html`
    <h1>You are signed out</h1>
    ${
      appName
        ? html`<p>
            You can close this tab, or go back to <strong><bdi>${appName}</bdi></strong> and sign in
            again.
          </p>`
        : html`<p>You can close this tab.</p>`
    }
  `
  return page({ title: 'You are signed out', body })
}
