import { csrfField } from './csrf-field.ts'
import { demoCode as demoCodeBox } from './demo-box.ts'
import { formError, invalidField, titleOf } from './form-error.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { page } from './layout.ts'
import { passkeyForm } from './passkey-form.ts'

interface SecondFactor {
  readonly action: string
  readonly csrf: string
  readonly email: string
  /** Whether an authenticator app is enrolled; default yes. */
  readonly hasCode?: boolean
  /** What the browser is asked with for a passkey, where there is one. */
  readonly passkeyOptions?: string | undefined
  readonly hasRecoveryCodes?: boolean
  readonly error?: string | undefined
  readonly demoCode?: string | undefined
}

interface NoSecondFactor {
  readonly email: string
  readonly csrf: string
  readonly cancelAction?: string | undefined
}

/** Posts `csrf` and one of `code` (6 digits), `credential` or `recovery_code` to `action`. */
export function secondFactorPage(factor: SecondFactor): string {
  const { email, error, demoCode, hasCode = true, passkeyOptions, hasRecoveryCodes } = factor
  const heading = hasCode ? 'Enter your code' : 'Use your passkey'
  const body = html`
    <h1>${heading}</h1>
    <p class="lead">
      Signing in as <strong translate="no"><bdi>${email}</bdi></strong>
    </p>
    ${formError(error)} ${hasCode && codeForm(factor)}
    ${hasCode && passkeyOptions && html`<p class="or">or</p>`}
    ${passkeyOptions && passkeyChoice(factor, passkeyOptions, !hasCode)}
    ${hasRecoveryCodes && recoveryForm(factor)}
  `
  return page({
    title: titleOf(heading, error),
    body,
    below: demoCode && demoCodeBox(demoCode),
    withPasskeys: passkeyOptions !== undefined,
  })
}

/** For an account without the second factor it needs; its button posts `csrf` to `cancelAction`. */
export function noSecondFactorPage({ email, csrf, cancelAction }: NoSecondFactor): string {
  const body = html`
    <h1>A second factor is needed</h1>
    <p>
      <strong translate="no"><bdi>${email}</bdi></strong> has no authenticator app yet.
    </p>
    <p>Ask an administrator to add one, then sign in again.</p>
    ${
      cancelAction &&
      html`<form method="post" action="${cancelAction}">
        ${csrfField(csrf)}
        <button type="submit">Cancel sign-in</button>
      </form>`
    }
  `
  return page({ title: 'A second factor is needed', body })
}

const codeForm = ({ action, csrf, error }: SecondFactor): Html =>
  html`<form method="post" action="${action}">
    ${csrfField(csrf)} ${codeField(error)}
    <button class="primary" type="submit">Continue</button>
  </form>`

const passkeyChoice = ({ action, csrf }: SecondFactor, options: string, isPrimary: boolean): Html =>
  passkeyForm({ way: 'get', action, csrf, options, button: 'Use a passkey', isPrimary })

const recoveryForm = ({ action, csrf }: SecondFactor): Html =>
  html`<details>
    <summary>Use a recovery code</summary>
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      <label for="recovery-code">Recovery code</label>
      <input
        id="recovery-code"
        name="recovery_code"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        maxlength="20"
        required
      />
      <button type="submit">Continue with it</button>
    </form>
  </details>`

export function codeField(error: string | undefined): Html {
  return html`
    <label for="code">6-digit code from your authenticator app</label>
    <input
      class="code"
      id="code"
      name="code"
      inputmode="numeric"
      autocomplete="one-time-code"
      pattern="[0-9]{6}"
      maxlength="6"
      title="6 digits"
      required
      autofocus
      ${invalidField(error)}
    />
  `
}
