import type { Mail } from '../../index.ts'
import { printable } from '../../index.ts'
import { html } from '../pages/html.ts'

export interface Letter {
  readonly id: string
  readonly to: string
  readonly subject: string
  /** Plain text; what people wrote in it is treated as text only. */
  readonly paragraphs: readonly string[]
  readonly link: { readonly url: string; readonly label: string }
  /** Epoch milliseconds. */
  readonly at: number
}

/** The same words twice, as text and as HTML: a name must become neither markup nor a header (CWE-93). */
export function composeMail({ id, to, subject, paragraphs, link, at }: Letter): Mail {
  const lines = paragraphs.map(printable)
  const { url, label } = link
  return {
    id,
    to,
    subject: printable(subject),
    text: `${[...lines, `${label}:\n${url}`].join('\n\n')}\n`,
    html: html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>${printable(subject)}</title>
        </head>
        <body>
          ${lines.map((line) => html`<p>${line}</p>`)}
          <p><a href="${url}">${label}</a></p>
        </body>
      </html>`.toString(),
    createdAt: at,
  }
}
