import type { Booted } from './boot.ts'
import type { CookieJar } from './cookie-jar.ts'

/** Signs out at the issuer as a person does: the page asks, and the answer is yes. */
export async function signOut({ issuer }: Booted, jar: CookieJar): Promise<string> {
  const asked = await jar.follow(`${issuer}/session/end`)
  const action = /<form[^>]*action="([^"]*)"/.exec(asked.page ?? '')?.[1]
  const xsrf = /name="xsrf"[^>]*value="([^"]*)"/.exec(asked.page ?? '')?.[1]
  if (action === undefined || xsrf === undefined) throw new Error(`no form in: ${asked.page}`)
  const said = await jar.follow(action, new URLSearchParams({ xsrf, logout: 'yes' }))
  return said.page ?? ''
}
