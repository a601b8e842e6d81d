import { html } from './html.ts'
import type { Html } from './html.ts'

const ID = 'form-error'

/** The sentence that says why the form came back. */
export function formError(error: string | undefined): Html | undefined {
  return error ? html`<p class="notice" id="${ID}" role="alert">${error}</p>` : undefined
}

/** Ties a field to that sentence: `role="alert"` alone is silent when it is there at page load. */
export function invalidField(error: string | undefined): Html | undefined {
  return error ? html`aria-invalid="true" aria-describedby="${ID}"` : undefined
}

/** Screen readers say the title first. */
export function titleOf(title: string, error: string | undefined): string {
  return error ? `Error: ${title}` : title
}
