import type { DemoUrls } from '../demo-urls.ts'
import { html } from './html.ts'
import type { Markup } from './html.ts'
import { layout } from './layout.ts'

const readOnly = html`<p id="read-only" class="note" data-testid="read-only-note" hidden>
  Read-only: you can look at everything this customer sees, and change nothing.
</p>`

const done = (text: string | null): Markup =>
  text === null ? html`` : html`<p class="note" role="status">${text}</p>`

/** The frame and the figures; the customer's own come by script, with their token. */
export const invoicesPage = (urls: DemoUrls, isPaid: boolean): string =>
  layout(urls, {
    title: 'Invoices',
    path: '/',
    isPersonal: true,
    content: html`<template id="invoice">
        <li class="row invoice">
          <span><strong data-field="number"></strong><small data-field="about"></small></span>
          <span class="badge" data-field="status"></span>
          <span class="amount" data-field="amount"></span>
          <form method="post" action="/invoices/pay">
            <input type="hidden" name="invoice" />
            <button class="button small">Pay</button>
          </form>
        </li>
      </template>
      <h1 data-state="in" hidden>Your invoices</h1>
      <div data-state="in" hidden>
        ${done(isPaid ? 'Thank you. The invoice is paid.' : null)} ${readOnly}
      </div>
      <dl class="figures" data-state="in" hidden>
        <div>
          <dt>To pay</dt>
          <dd id="to-pay"></dd>
        </div>
        <div>
          <dt>Paid</dt>
          <dd id="paid"></dd>
        </div>
        <div>
          <dt>Invoices</dt>
          <dd id="count"></dd>
        </div>
      </dl>
      <ul id="invoices" class="list card" data-testid="invoices" data-state="in" hidden></ul>`,
  })

export const addressPage = (urls: DemoUrls, isSaved: boolean): string =>
  layout(urls, {
    title: 'Billing address',
    path: '/address',
    isPersonal: true,
    content: html`<div data-state="in" hidden>
        <h1>Billing address</h1>
        <p class="muted">It stands on every invoice from now on.</p>
      </div>
      <div data-state="in" hidden>
        ${done(isSaved ? 'The address is saved.' : null)} ${readOnly}
      </div>
      <section class="card" data-state="in" hidden>
        <form id="address" method="post" action="/address">
          <div class="fields">
            ${field('street', 'Street and number', 'street-address')}
            ${field('city', 'Postcode and city', 'address-level2')}
            ${field('country', 'Country', 'country-name')}
          </div>
          <div class="actions"><button class="button">Save</button></div>
        </form>
      </section>`,
  })

const field = (name: string, label: string, autocomplete: string): Markup =>
  html`<label
    >${label}
    <input name="${name}" autocomplete="${autocomplete}" maxlength="80" required />
  </label>`

/** After a form: why nothing happened. */
export const refusedPage = (urls: DemoUrls, why: string, back: string): string =>
  layout(urls, {
    title: 'Nothing was changed',
    path: '',
    content: html`<section class="card" data-testid="refused">
      <h1>Nothing was changed</h1>
      <p>${why}</p>
      <div class="actions"><a class="button" href="${back}">Back</a></div>
    </section>`,
  })

const CAUSES: Readonly<Record<string, string>> = {
  ended_here: 'You ended it.',
  ended_elsewhere: 'It was ended in another tab.',
  expired: 'Its time was up.',
}

export const endedPage = (urls: DemoUrls, cause: string): string =>
  layout(urls, {
    title: 'Impersonation ended',
    path: '',
    content: html`<section class="hero" data-testid="impersonation-ended">
      <h1>Impersonation ended</h1>
      <p>
        ${Object.hasOwn(CAUSES, cause) ? (CAUSES[cause] ?? '') : 'It was ended elsewhere.'} Nothing
        of the customer is left in this tab.
      </p>
      <a class="button" href="/">Back to Acme Billing</a>
    </section>`,
  })
