import { csrfField } from './csrf-field.ts'
import { demoCode as demoCodeBox } from './demo-box.ts'
import { formError, invalidField, titleOf } from './form-error.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { page } from './layout.ts'

interface SecondFactor {
  readonly action: string
  readonly csrf: string
  readonly email: string
  readonly error?: string | undefined
  readonly demoCode?: string | undefined
}

interface NoSecondFactor {
  readonly email: string
  readonly csrf: string
  readonly cancelAction?: string | undefined
}

/** Posts `code` (6 digits) and `csrf` to `action`. */
export function secondFactorPage(factor: SecondFactor): string {
  const { action, csrf, email, error, demoCode } = factor
  const body = html`
    <h1>Enter your code</h1>
    <p class="lead">
      Signing in as <strong translate="no"><bdi>${email}</bdi></strong>
    </p>
    ${formError(error)}
    <form method="post" action="${action}">
      ${csrfField(csrf)} ${codeField(error)}
      <button class="primary" type="submit">Continue</button>
    </form>
  `
  const title = titleOf('Enter your code', error)
  return page({ title, body, below: demoCode && demoCodeBox(demoCode) })
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

function codeField(error: string | undefined): Html {
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
