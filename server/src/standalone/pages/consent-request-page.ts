import type { ConsentRequest } from '../../index.ts'
import { modeWords, timeWords } from '../account/words.ts'
import { moment } from './account-frame.ts'
import { csrfField } from './csrf-field.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { page } from './layout.ts'
import { scopeWords } from './scope-words.ts'

interface View {
  readonly request: ConsentRequest
  readonly email: string
  readonly csrf: string
  readonly actor: { readonly name: string; readonly email: string | null }
  readonly appName: string
  /** What the app may do once it is allowed. */
  readonly scope: string
}

/** Posts `decision` (`accept` or `decline`) and `csrf` to the page itself. */
export function consentRequestPage(view: View): string {
  const { request, email, actor, appName } = view
  const body = html`
    <h1>May support act for you in <bdi>${appName}</bdi>?</h1>
    <p class="lead">
      Signed in as <strong translate="no"><bdi>${email}</bdi></strong>
    </p>
    <dl class="facts">
      <dt>Who asks</dt>
      <dd>
        <bdi>${actor.name}</bdi>
        ${actor.email !== null && html`(<bdi translate="no">${actor.email}</bdi>)`}
      </dd>
      <dt>Why</dt>
      <dd><bdi>${request.reason}</bdi></dd>
      <dt>How</dt>
      <dd>${modeWords[request.mode]}</dd>
      <dt>What ${appName} may do for you</dt>
      <dd>${scopeList(view.scope)}</dd>
    </dl>
    ${request.status === 'pending' ? choices(view) : outcome(request)}
  `
  return page({ title: `May support act for you in ${appName}?`, body })
}

const scopeList = (scope: string): string =>
  scope
    .split(' ')
    .map((one) => scopeWords(one).name)
    .join(' · ')

const choices = ({ request, csrf }: View): Html => html`
  <p>
    It stays allowed until you withdraw it in <a href="/account">your account</a>. There you also
    see each time somebody acts for you, and can end it. You can answer until
    ${moment(request.expiresAt, timeWords(request.expiresAt))}.
  </p>
  <form method="post" action="/consent-requests/${request.id}">
    ${csrfField(csrf)}
    <div class="choices">
      <button class="primary" type="submit" name="decision" value="accept">Allow</button>
      <button type="submit" name="decision" value="decline">Do not allow</button>
    </div>
  </form>
`

const OUTCOMES = {
  accepted: 'You have allowed this.',
  declined: 'You have not allowed this.',
  expired: 'Nobody has answered in time, so this is not allowed.',
} as const

const outcome = ({ status }: ConsentRequest): Html => html`
  <p class="done" role="status">${status === 'pending' ? '' : OUTCOMES[status]}</p>
  <p><a href="/account">Go to your account</a></p>
`
