import { csrfField } from './csrf-field.ts'
import { demoAccounts } from './demo-box.ts'
import type { DemoAccounts } from './demo-box.ts'
import { formError, invalidField, titleOf } from './form-error.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { page } from './layout.ts'

interface Login {
  readonly action: string
  readonly csrf: string
  readonly appName: string
  readonly email?: string | undefined
  readonly error?: string | undefined
  readonly demo?: DemoAccounts | undefined
}

/** Posts `email`, `password` and `csrf` to `action`. */
export function loginPage(login: Login): string {
  const { action, csrf, appName, error, demo } = login
  const body = html`
    <h1>Sign in</h1>
    <p class="lead">
      Continue to <strong><bdi>${appName}</bdi></strong>
    </p>
    ${formError(error)}
    <form method="post" action="${action}">
      ${csrfField(csrf)} ${emailField(login)} ${passwordField(login)}
      <button class="primary" type="submit">Sign in</button>
    </form>
  `
  const title = titleOf(`Sign in to ${appName}`, error)
  return page({ title, body, below: demo && demoAccounts(demo) })
}

function emailField({ email, error }: Login): Html {
  return html`
    <label for="email">E-mail</label>
    <input
      id="email"
      name="email"
      type="email"
      value="${email}"
      autocomplete="username"
      autocapitalize="none"
      spellcheck="false"
      required
      ${!email && html`autofocus`}
      ${invalidField(error)}
    />
  `
}

function passwordField({ email, error }: Login): Html {
  return html`
    <label for="password">Password</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      required
      ${email && html`autofocus`}
      ${invalidField(error)}
    />
  `
}
