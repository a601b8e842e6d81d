import { html } from './html.ts'
import { page } from './layout.ts'

interface ErrorView {
  readonly title: string
  readonly message: string
  readonly requestId?: string | undefined
}

export function errorPage({ title, message, requestId }: ErrorView): string {
  const body = html`
    <h1 class="warning">${title}</h1>
    <p>${message}</p>
    ${
      requestId &&
      html`<p class="request-id">
        If you ask for help, give this request id: <code translate="no">${requestId}</code>
      </p>`
    }
  `
  return page({ title, body })
}
