import type { DescribedImpersonation } from '../../index.ts'
import { endWords, modeWords, timeWords } from '../account/words.ts'
import { buttonForm, moment } from './account-frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

/** Who acted as somebody, newest first; a live one can be ended by its button. */
export const actedList = (acted: readonly DescribedImpersonation[], csrf: string): Html =>
  html`<ul class="entries">
    ${acted.map((one) => entry(one, csrf))}
  </ul>`

function entry({ impersonation, actor, app }: DescribedImpersonation, csrf: string): Html {
  const { id, mode, reason, startedAt, expiresAt, ended } = impersonation
  const name = actor.name ?? actor.sub
  return html`<li ${ended === null && html`class="live"`}>
    <div>
      <strong><bdi>${name}</bdi></strong> in
      <strong><bdi>${app.name ?? app.clientId}</bdi></strong>
      ${ended === null && html`<span class="badge">Now</span>`}
      <p>
        ${actor.email !== null && html`<bdi translate="no">${actor.email}</bdi> · `}
        ${moment(startedAt, timeWords(startedAt))}
        ${ended !== null && html` to ${moment(ended.at, timeWords(ended.at))}`}
      </p>
      <p>${modeWords[mode]}</p>
      <p>${reason === null ? 'No reason was given.' : html`Reason: <bdi>${reason}</bdi>`}</p>
      <p>
        ${
          ended === null
            ? html`Ends by itself at ${moment(expiresAt, timeWords(expiresAt))}.`
            : endWords[ended.reason]
        }
      </p>
    </div>
    ${
      ended === null &&
      buttonForm(csrf, '/account/impersonations/end', { label: 'End now', isPrimary: true }, { id })
    }
  </li>`
}
