import type { DescribedImpersonation, Page } from '../../index.ts'
import { accountPage } from './account-frame.ts'
import { actedList } from './acted-list.ts'
import { html } from './html.ts'

interface History {
  readonly email: string
  readonly csrf: string
  readonly acted: Page<DescribedImpersonation>
  readonly isFirstPage: boolean
}

export const historyPage = ({ email, csrf, acted, isFirstPage }: History): string =>
  accountPage({
    at: '/account/history',
    title: 'Who acted as me',
    email,
    cards: [
      html`
        <p>
          Support can act for you in an app for a short time. Each time is listed here and stays
          here.
        </p>
        ${acted.items.length === 0 ? html`<p>Nobody has.</p>` : actedList(acted.items, csrf)}
        <p class="pages">
          ${!isFirstPage && html`<a href="/account/history">Newest</a>`}
          ${
            acted.nextCursor !== null &&
            html`<a href="/account/history?cursor=${acted.nextCursor}">Older</a>`
          }
        </p>
      `,
    ],
  })
