import { accountPage } from './account-frame.ts'
import { csrfField } from './csrf-field.ts'
import { html } from './html.ts'
import { passkeyForm } from './passkey-form.ts'
import { qrCode } from './qr-code.ts'
import { codeField } from './second-factor-page.ts'

interface Own {
  readonly email: string
  readonly csrf: string
  readonly error?: string | undefined
}

const back = html`<p><a href="/account/security">Back to security</a></p>`

/** Posts `code`, the sealed secret as `sealed`, and `csrf`. */
export const authenticatorPage = (
  own: Own & { readonly secret: string; readonly uri: string; readonly sealed: string },
): string =>
  accountPage({
    at: '/account/security',
    title: 'Set up an authenticator app',
    email: own.email,
    error: own.error,
    cards: [
      html`
        <ol class="steps">
          <li>
            Scan this with your authenticator app; on this telephone,
            <a href="${own.uri}">open the app</a>. Or type the secret into it:
            <p>${qrCode(own.uri, 'QR code that sets up an authenticator app')}</p>
            <p><code translate="no">${own.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code></p>
          </li>
          <li>Enter the code that the app shows.</li>
        </ol>
        <form class="narrow" method="post" action="/account/security/authenticator">
          ${csrfField(own.csrf)}<input type="hidden" name="sealed" value="${own.sealed}" />
          ${codeField(own.error)}
          <button class="primary" type="submit">Set up</button>
        </form>
        ${back}
      `,
    ],
  })

/** Posts `credential`, `name` and `csrf`. */
export const newPasskeyPage = (own: Own & { readonly options: string }): string =>
  accountPage({
    at: '/account/security',
    title: 'Add a passkey',
    email: own.email,
    error: own.error,
    withPasskeys: true,
    cards: [
      html`
        <p>Give it a name by which you will know it, such as the device it is on.</p>
        <div class="narrow">
          ${passkeyForm({
            way: 'create',
            action: '/account/security/passkey',
            csrf: own.csrf,
            options: own.options,
            button: 'Make the passkey',
            isPrimary: true,
            fields: html`<label for="name">Name</label>
              <input id="name" name="name" value="My passkey" maxlength="60" required />`,
          })}
        </div>
        ${back}
      `,
    ],
  })

/** The only time the codes are seen. */
export const recoveryCodesPage = (own: {
  readonly email: string
  readonly codes: readonly string[]
}): string =>
  accountPage({
    at: '/account/security',
    title: 'Your recovery codes',
    email: own.email,
    cards: [
      html`
        <p>
          Write them down or print them now: they are not shown again. Each lets you in once, with
          your password. Older ones are no longer good.
        </p>
        <ul class="codes">
          ${own.codes.map((code) => html`<li><code translate="no">${code}</code></li>`)}
        </ul>
        ${back}
      `,
    ],
  })
