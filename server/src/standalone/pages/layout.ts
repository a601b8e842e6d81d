import { brand } from './brand.ts'
import { html } from './html.ts'
import type { Html, Interpolation } from './html.ts'

interface Page {
  /** Plain text for the browser's tab; the product's name is added. */
  readonly title: string
  /** One card, or several. */
  readonly body: Html | readonly Html[]
  /** Between the brand and the cards. */
  readonly above?: Interpolation
  /** Shown under the cards, such as the demo accounts. */
  readonly below?: Interpolation
  /** Room for lists. */
  readonly isWide?: boolean
  /** Loads the script that talks to the browser about passkeys. */
  readonly withPasskeys?: boolean
}

/** A whole document: cards under the brand, no inline script, no inline style. */
export function page({ title, body, above, below, isWide, withPasskeys }: Page): string {
  const cards = Array.isArray(body) ? (body as readonly Html[]) : [body as Html]
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
        ${withPasskeys && html`<script type="module" src="/assets/passkey.js"></script>`}
      </head>
      <body ${isWide && html`class="wide"`}>
        <header class="brand">${brand}</header>
        ${above}
        <main>${cards.map((card) => html`<div class="card">${card}</div>`)} ${below}</main>
      </body>
    </html>`.toString()
}
