import type { Impersonation } from '@understudy/sdk'
import type { OwnSession } from '../../shared/own-session.ts'

const EACH_MS = 15_000

/**
 * Gives the page's plain forms the access token at the moment they are sent. It is never in the HTML:
 * not in what the server sends, and not in what lies in the page afterwards.
 */
export async function carryToken(impersonation: Impersonation, own: OwnSession): Promise<void> {
  let token: string | null = null
  const renew = async (): Promise<void> => {
    token = await impersonation.token(() => own.token()).catch(() => null)
  }
  // Also for forms that a script submits, such as the banner's, which fire no `submit`.
  document.addEventListener('formdata', (event) => {
    const form = event.target as HTMLFormElement
    const isOurs = form.method === 'post' && new URL(form.action).origin === location.origin
    if (isOurs && token !== null) event.formData.set('access_token', token)
  })
  setInterval(() => void renew(), EACH_MS)
  await renew()
}
