import { html } from './html.ts'
import type { Html } from './html.ts'

export interface DemoAccounts {
  readonly accounts: readonly { readonly email: string; readonly note: string }[]
  readonly password: string
}

export function demoAccounts({ accounts, password }: DemoAccounts): Html {
  return html`<section class="demo" aria-labelledby="demo-title">
    <h2 id="demo-title">Demo accounts</h2>
    <p>Password for all: <code translate="no">${password}</code></p>
    <ul>
      ${accounts.map(
        ({ email, note }) =>
          html`<li><code translate="no">${email}</code> <span>${note}</span></li>`,
      )}
    </ul>
  </section>`
}

export function demoCode(code: string): Html {
  return html`<section class="demo" aria-label="Demo">
    <p>Demo: the current code is <code translate="no">${code}</code></p>
  </section>`
}
