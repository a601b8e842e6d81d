import { csrfField } from './csrf-field.ts'
import { html } from './html.ts'
import type { Html, Interpolation } from './html.ts'

interface PasskeyForm {
  readonly way: 'create' | 'get'
  readonly action: string
  readonly csrf: string
  /** What the browser is asked with, as JSON. */
  readonly options: string
  readonly button: string
  readonly isPrimary: boolean
  readonly fields?: Interpolation
}

/** Posts `credential` and `csrf` to `action`; shown by the script, without which it can do nothing. */
export function passkeyForm(form: PasskeyForm): Html {
  const { way, action, csrf, options, button, isPrimary, fields } = form
  return html`
    <noscript><p class="notice">Passkeys need JavaScript.</p></noscript>
    <form method="post" action="${action}" data-passkey="${way}" data-options="${options}" hidden>
      ${csrfField(csrf)}
      <input type="hidden" name="credential" value="" />
      ${fields}
      <button ${isPrimary && html`class="primary"`} type="submit">${button}</button>
      <p class="status" role="status"></p>
    </form>
  `
}
