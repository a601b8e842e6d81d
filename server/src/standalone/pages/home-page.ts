import { html } from './html.ts'
import { page } from './layout.ts'

/** For whoever opens the issuer's address itself: what this is, and where programs find the rest. */
export const homePage = (isDemo: boolean): string =>
  page({
    title: 'Understudy',
    body: html`
      <h1>It works</h1>
      <p class="lead">
        This server signs people in for apps, and lets support act for a customer in plain sight.
      </p>
      <p>Open an app, and it brings you back to sign in.</p>
      <p>
        <a href="/account">Your account</a>: who acted as you, what you have allowed, and how you
        sign in.
      </p>
      ${isDemo && html`<p><a href="/outbox">Outbox</a>: the mail that this demo would send.</p>`}
      <p>
        <a href="/.well-known/openid-configuration">OpenID configuration</a> ·
        <a href="/openapi.json">API description</a>
      </p>
    `,
  })
