/** What a link hands to the app; the names are fixed by contract. */
export interface LinkParameters {
  readonly refresh_token: string
  readonly refresh_token_expires_on: number
  readonly refresh_token_expires_in: number
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A token is put into a URL only where it cannot travel in clear text or to another program. */
function isSafe(redirectUri: string): boolean {
  const url = URL.parse(redirectUri)
  if (url === null || url.hash !== '' || url.username !== '' || url.password !== '') return false
  if (url.hostname.includes('*')) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))
}

/** One link per redirect URI; a query the URI already has is kept to the letter. */
export function callbackLinks(
  redirectUris: readonly string[],
  placement: 'query' | 'fragment',
  parameters: LinkParameters,
): string[] {
  const added = new URLSearchParams({
    refresh_token: parameters.refresh_token,
    refresh_token_expires_on: String(parameters.refresh_token_expires_on),
    refresh_token_expires_in: String(parameters.refresh_token_expires_in),
  }).toString()
  return redirectUris.filter(isSafe).map((redirectUri) => {
    const url = new URL(redirectUri)
    if (placement === 'fragment') url.hash = added
    else url.search = url.search === '' ? added : `${url.search}&${added}`
    return url.href
  })
}
