import { brand } from './brand.ts'
import { html } from './html.ts'
import type { Html, Interpolation } from './html.ts'

interface Page {
  /** Plain text for the browser's tab; the product's name is added. */
  readonly title: string
  readonly body: Html
  /** Shown under the card, such as the demo accounts. */
  readonly below?: Interpolation
}

/** A whole document: one card under the brand, no script, no inline style. */
export function page({ title, body, below }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} · Understudy</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <link rel="stylesheet" href="/assets/issuer.css" />
      </head>
      <body>
        <header class="brand">${brand}</header>
        <main>
          <div class="card">${body}</div>
          ${below}
        </main>
      </body>
    </html>`.toString()
}
