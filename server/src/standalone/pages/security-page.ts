import type { Passkey } from '../../index.ts'
import { timeWords } from '../account/words.ts'
import type { Factors } from '../credentials/factors.ts'
import { hasSecondFactor } from '../credentials/factors.ts'
import { accountPage, buttonForm, moment } from './account-frame.ts'
import { csrfField } from './csrf-field.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

interface Security {
  readonly email: string
  readonly csrf: string
  readonly factors: Factors
  readonly mayEnrol: boolean
  readonly mayRemove: boolean
  readonly done?: string | undefined
}

export const securityPage = (security: Security): string =>
  accountPage({
    at: '/account/security',
    title: 'Security',
    email: security.email,
    done: security.done,
    cards: [authenticatorCard(security), passkeysCard(security), recoveryCard(security)],
  })

const authenticatorCard = ({ factors, csrf, mayEnrol, mayRemove }: Security): Html => html`
  ${!mayEnrol && html`<p>Your account belongs to staff: an administrator adds its first second factor.</p>`}
  <h2>Authenticator app</h2>
  ${
    factors.otp === undefined
      ? html`<p>Not set up. It asks for a code from your telephone after the password.</p>`
      : html`<p>Set up.</p>`
  }
  <div class="actions">
    ${
      mayEnrol &&
      html`<a class="button small" href="/account/security/authenticator">
        ${factors.otp === undefined ? 'Set up' : 'Set up anew'}</a
      >`
    }
    ${
      factors.otp !== undefined &&
      mayRemove &&
      buttonForm(csrf, '/account/security/authenticator/remove', {
        label: 'Remove',
        about: 'the authenticator app',
      })
    }
  </div>
`

const passkeysCard = ({ factors, csrf, mayEnrol, mayRemove }: Security): Html => html`
  <h2 class="first">Passkeys</h2>
  ${
    factors.passkeys.length === 0
      ? html`<p>None. A passkey is a key on your device or a security key: nothing to type.</p>`
      : html`<ul class="entries">
          ${factors.passkeys.map((passkey) => passkeyEntry(passkey, csrf, mayRemove))}
        </ul>`
  }
  ${
    mayEnrol &&
    html`<div class="actions">
      <a class="button small" href="/account/security/passkey">Add a passkey</a>
    </div>`
  }
`

const passkeyEntry = (
  { id, name, createdAt, lastUsedAt }: Passkey,
  csrf: string,
  mayRemove: boolean,
): Html =>
  html`<li>
    <div>
      <strong><bdi>${name}</bdi></strong>
      <p>
        Added ${moment(createdAt, timeWords(createdAt))},
        ${lastUsedAt === null ? 'not used yet' : html`last used ${moment(lastUsedAt, timeWords(lastUsedAt))}`}
      </p>
      <details>
        <summary>Rename<span class="unseen"> ${name}</span></summary>
        <form class="inline" method="post" action="/account/security/passkey/rename">
          ${csrfField(csrf)}<input type="hidden" name="id" value="${id}" />
          <input name="name" aria-label="New name" value="${name}" maxlength="60" required />
          <button class="small" type="submit">Save</button>
        </form>
      </details>
    </div>
    ${
      mayRemove &&
      buttonForm(csrf, '/account/security/passkey/remove', { label: 'Remove', about: name }, { id })
    }
  </li>`

const recoveryCard = ({ factors, csrf }: Security): Html => {
  const has = hasSecondFactor(factors)
  return html`
    <h2 class="first">Recovery codes</h2>
    <p>
      ${
        has
          ? `For when your second factor is lost. ${factors.recoveryCodes} left; each is used once.`
          : 'You can make some once you have a second factor.'
      }
    </p>
    ${
      has &&
      buttonForm(csrf, '/account/security/recovery', {
        label: factors.recoveryCodes === 0 ? 'Make recovery codes' : 'Make new ones instead',
      })
    }
  `
}
