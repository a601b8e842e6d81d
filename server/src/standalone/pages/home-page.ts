import { html } from './html.ts'
import { page } from './layout.ts'

/** For whoever opens the issuer's address itself: what this is, and where programs find the rest. */
export const homePage = (): string =>
  page({
    title: 'Understudy',
    body: html`
      <h1>It works</h1>
      <p class="lead">
        This server signs people in for apps, and lets support act for a customer in plain sight.
      </p>
      <p>There is nothing to do here: open an app, and it brings you back to sign in.</p>
      <p>
        <a href="/.well-known/openid-configuration">OpenID configuration</a> ·
        <a href="/openapi.json">API description</a>
      </p>
    `,
  })
