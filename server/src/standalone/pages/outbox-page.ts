import type { Mail } from '../../index.ts'
import { timeWords } from '../account/words.ts'
import { moment } from './account-frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { page } from './layout.ts'

/** The demo has no mail server: what it would send, with links into this server as links. */
export function outboxPage(mails: readonly Mail[], issuer: string): string {
  const intro = html`
    <h1>Outbox</h1>
    <p>
      What the demo's customers are told by mail, newest first.
      <a href="/">Back</a>
    </p>
    ${mails.length === 0 && html`<p>Nothing yet.</p>`}
  `
  const cards = mails.map((mail) => card(mail, issuer))
  return page({ title: 'Outbox', body: [intro, ...cards], isWide: true })
}

const card = ({ to, subject, text, createdAt }: Mail, issuer: string): Html => html`
  <h2 class="first"><bdi>${subject}</bdi></h2>
  <p class="lead">To <bdi translate="no">${to}</bdi>, ${moment(createdAt, timeWords(createdAt))}</p>
  ${text
    .trim()
    .split('\n\n')
    .map((paragraph) => html`<p>${withLinks(paragraph, issuer)}</p>`)}
`

const withLinks = (text: string, issuer: string): readonly (string | Html)[] =>
  text
    .split(/(\S+)/)
    .map((part) => (part.startsWith(`${issuer}/`) ? html`<a href="${part}">${part}</a>` : part))
