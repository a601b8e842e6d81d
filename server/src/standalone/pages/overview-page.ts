import type { DescribedImpersonation, LoginSession } from '../../index.ts'
import { timeWords } from '../account/words.ts'
import { accountPage, buttonForm, moment } from './account-frame.ts'
import { actedList } from './acted-list.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { scopeWords } from './scope-words.ts'

interface Overview {
  readonly email: string
  readonly csrf: string
  readonly done?: string | undefined
  readonly live: readonly DescribedImpersonation[]
  readonly requests: readonly { readonly id: string; readonly app: string }[]
  readonly consents: readonly {
    readonly app: string
    readonly name: string
    readonly scope: string
    readonly grantedAt: number
  }[]
  readonly sessions: readonly LoginSession[]
  /** The one this page is seen with. */
  readonly current: string
}

export const overviewPage = (overview: Overview): string =>
  accountPage({
    at: '/account',
    title: 'Your account',
    email: overview.email,
    done: overview.done,
    cards: [nowCard(overview), appsCard(overview), sessionsCard(overview)],
  })

const nowCard = ({ live, requests, csrf }: Overview): Html => html`
  <h2>Acting for you right now</h2>
  ${
    live.length === 0
      ? html`<p>Nobody. <a href="/account/history">See who did before</a>.</p>`
      : actedList(live, csrf)
  }
  ${
    requests.length > 0 &&
    html`<h2>Waiting for your answer</h2>
      <ul class="entries">
        ${requests.map(
          ({ id, app }) =>
            html`<li>
              <div><a href="/consent-requests/${id}">Support asks to act for you in ${app}</a></div>
            </li>`,
        )}
      </ul>`
  }
`

const appsCard = ({ consents, csrf }: Overview): Html => html`
  <h2 class="first">Apps you have allowed</h2>
  ${
    consents.length === 0
      ? html`<p>None.</p>`
      : html`<ul class="entries">
          ${consents.map(
            ({ app, name, scope, grantedAt }) =>
              html`<li>
                <div>
                  <strong><bdi>${name}</bdi></strong>
                  <p>Since ${moment(grantedAt, timeWords(grantedAt))}</p>
                  <p>
                    ${scope
                      .split(' ')
                      .map((one) => scopeWords(one).name)
                      .join(' · ')}
                  </p>
                </div>
                ${buttonForm(
                  csrf,
                  '/account/apps/withdraw',
                  { label: 'Withdraw', about: `what ${name} may do` },
                  { app },
                )}
              </li>`,
          )}
        </ul>`
  }
`

const sessionsCard = ({ sessions, current, csrf }: Overview): Html => html`
  <h2 class="first">Where you are signed in</h2>
  <ul class="entries">
    ${sessions.map((session) => {
      const { id, signedInAt, amr } = session
      const isHere = id === current
      return html`<li>
        <div>
          <strong>${isHere ? 'This browser' : 'Another browser'}</strong>
          <p>
            Signed in ${moment(signedInAt, timeWords(signedInAt))},
            ${amr.includes('mfa') ? 'with a second factor' : 'with a password'}
          </p>
        </div>
        ${!isHere && buttonForm(csrf, '/account/sessions/end', { label: 'Sign out', about: 'there' }, { id })}
      </li>`
    })}
  </ul>
  ${
    sessions.length > 1 &&
    buttonForm(csrf, '/account/sessions/end', { label: 'Sign out everywhere else' })
  }
`
