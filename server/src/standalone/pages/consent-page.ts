import { csrfField } from './csrf-field.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { page } from './layout.ts'
import type { ScopeWords } from './scope-words.ts'

interface Consent {
  readonly action: string
  readonly csrf: string
  readonly appName: string
  readonly email: string
  readonly scopes: readonly ScopeWords[]
}

/** Posts `decision` (`accept` or `decline`) and `csrf` to `action`. */
export function consentPage({ action, csrf, appName, email, scopes }: Consent): string {
  const body = html`
    <h1>Allow <bdi>${appName}</bdi>?</h1>
    <p class="lead">
      Signed in as <strong translate="no"><bdi>${email}</bdi></strong>
    </p>
    ${scopes.length > 0 && scopeList(scopes)}
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      <div class="choices">
        <button class="primary" type="submit" name="decision" value="accept">Allow</button>
        <button type="submit" name="decision" value="decline">Do not allow</button>
      </div>
    </form>
  `
  return page({ title: `Allow ${appName}?`, body })
}

function scopeList(scopes: readonly ScopeWords[]): Html {
  return html`
    <h2 id="scopes-title">What this app may do</h2>
    <ul class="scopes" aria-labelledby="scopes-title">
      ${scopes.map(scopeItem)}
    </ul>
  `
}

function scopeItem({ name, description }: ScopeWords): Html {
  return html`<li>
    <strong><bdi>${name}</bdi></strong>
    ${description && html`<span>${description}</span>`}
  </li>`
}
