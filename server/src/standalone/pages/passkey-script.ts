/**
 * The one script of the issuer's pages, served as `/assets/passkey.js`: a browser makes and uses
 * passkeys for scripts only. Everything else works without it.
 */
export const passkeyScript = `'use strict'

const ways = {
  create: async (options) =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }),
  get: async (options) =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }),
}

const isAble = typeof PublicKeyCredential?.parseCreationOptionsFromJSON === 'function'

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const status = form.querySelector('[role="status"]')
  form.hidden = false
  if (!isAble) {
    form.querySelector('button').disabled = true
    status.textContent = 'This browser is too old for passkeys.'
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    status.textContent = ''
    try {
      const credential = await ways[form.dataset.passkey](JSON.parse(form.dataset.options))
      form.elements.credential.value = JSON.stringify(credential)
      form.submit()
    } catch (error) {
      status.textContent =
        error.name === 'InvalidStateError'
          ? 'This device has a passkey for this account already.'
          : 'That did not work, or it was cancelled. Try again.'
    }
  })
}
`
