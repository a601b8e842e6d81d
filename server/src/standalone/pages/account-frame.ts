import { csrfField } from './csrf-field.ts'
import { formError, titleOf } from './form-error.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { page } from './layout.ts'

const PLACES = [
  ['/account', 'Overview'],
  ['/account/history', 'Who acted as me'],
  ['/account/security', 'Security'],
] as const

export interface AccountFrame {
  readonly at: (typeof PLACES)[number][0]
  readonly title: string
  readonly email: string
  readonly cards: readonly Html[]
  /** What was done just before. */
  readonly done?: string | undefined
  readonly error?: string | undefined
  readonly withPasskeys?: boolean
}

/** A page of somebody's own account: where else to go, what was done, and the cards. */
export function accountPage(frame: AccountFrame): string {
  const { at, title, email, cards, done, error, withPasskeys = false } = frame
  const above = html`
    <nav class="places" aria-label="Your account">
      <ul>
        ${PLACES.map(
          ([path, name]) =>
            html`<li>
              <a href="${path}" ${path === at && html`aria-current="page"`}>${name}</a>
            </li>`,
        )}
        <li><a href="/session/end">Sign out</a></li>
      </ul>
    </nav>
  `
  const first = html`
    <h1>${title}</h1>
    <p class="lead">
      Signed in as <strong translate="no"><bdi>${email}</bdi></strong>
    </p>
    ${done && html`<p class="done" role="status">${done}</p>`} ${formError(error)}
  `
  const body = [html`${first} ${cards[0]}`, ...cards.slice(1)]
  return page({ title: titleOf(title, error), above, body, isWide: true, withPasskeys })
}

/** A button that posts `csrf`, and `fields`, to `action`. */
export function buttonForm(
  csrf: string,
  action: string,
  button: { readonly label: string; readonly about?: string; readonly isPrimary?: boolean },
  fields: Readonly<Record<string, string>> = {},
): Html {
  const { label, about, isPrimary } = button
  return html`<form method="post" action="${action}">
    ${csrfField(csrf)}
    ${Object.entries(fields).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    <button class="${isPrimary ? 'small primary' : 'small'}" type="submit">
      ${label}${about && html`<span class="unseen"> ${about}</span>`}
    </button>
  </form>`
}

export const moment = (at: number, words: string): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${words}</time>`
