import { html } from './html.ts'
import type { Html } from './html.ts'

export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`
}
