import { setNonce } from 'get-nonce'

/** Of this answer's content security policy; the attribute is hidden from CSS, the property is not. */
export const nonce: string =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

/** For the scroll lock behind dialogs, which adds a style element of its own. */
export function shareNonce(): void {
  setNonce(nonce)
}
