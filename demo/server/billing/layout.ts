import type { DemoUrls } from '../demo-urls.ts'
import type { Markup } from './html.ts'
import { html } from './html.ts'

export interface PageParts {
  readonly title: string
  /** Which link of the navigation is this page. */
  readonly path: string
  readonly content: Markup
  /** Whether the page is for somebody only: then it has a sign-in instead until the script knows. */
  readonly isPersonal?: boolean
}

/** The frame of every page. The script of the SDK comes first: nothing may see a link's token before it. */
export const layout = ({ issuer, resource }: DemoUrls, parts: PageParts): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <script src="/early.js"></script>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="acme-issuer" content="${issuer}" />
        <meta name="acme-api" content="${resource}" />
        <title>${parts.title} · Acme Billing</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
        <script type="module" src="/main.js"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        ${top(parts.path)}
        <main id="main">
          <div id="problem" class="alert" role="alert" hidden>
            <h2 id="problem-title"></h2>
            <p id="problem-why"></p>
          </div>
          ${parts.isPersonal === true ? personal(parts.content) : parts.content}
        </main>
        <noscript><p class="note">Acme Billing needs JavaScript to know who you are.</p></noscript>
      </body>
    </html> `.text

const top = (path: string): Markup =>
  html`<header class="top">
    <div>
      <a class="product" href="/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span translate="no">Acme Billing</span>
      </a>
      <nav aria-label="Main" data-state="in" hidden>
        ${link('/', 'Invoices', path)} ${link('/address', 'Billing address', path)}
      </nav>
      <div class="who" data-state="in" hidden>
        <span id="initials" class="avatar" aria-hidden="true"></span>
        <span id="customer" class="name" translate="no" data-testid="customer"></span>
        <button id="sign-out" type="button" class="button quiet small">Sign out</button>
      </div>
    </div>
  </header>`

const link = (to: string, label: string, path: string): Markup =>
  to === path
    ? html`<a href="${to}" aria-current="page">${label}</a>`
    : html`<a href="${to}">${label}</a>`

const OFFERS = [
  ['See what is open', 'Every invoice with its date, and one button to pay it.'],
  ['Keep it in order', 'What you have paid stays here, for you and for the tax office.'],
  ['Change the address', 'Moved? The next invoice already goes to the new place.'],
] as const

const offer = ([title, text]: (typeof OFFERS)[number]): Markup =>
  html`<section class="card">
    <h2>${title}</h2>
    <p class="muted">${text}</p>
  </section>`

const personal = (content: Markup): Markup =>
  html`<div class="card placeholder" data-state="loading" aria-busy="true"></div>
    <section class="hero" data-state="out" hidden>
      <h1>Welcome to Acme Billing</h1>
      <p>What is paid, what is not, and where the next invoice goes.</p>
      <button id="sign-in" type="button" class="button">Sign in</button>
    </section>
    <div class="offers" data-state="out" hidden>${OFFERS.map(offer)}</div>
    ${content}`
