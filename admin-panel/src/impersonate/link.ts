const parameters = ['refresh_token', 'refresh_token_expires_on', 'refresh_token_expires_in']

export interface Link {
  readonly href: string
  /** The registered redirect URI it leads to: what can be shown. */
  readonly target: string
}

/**
 * The links that lead exactly where the app is registered. A redirect URI that somebody has changed meanwhile,
 * or one with a scheme that runs code, is left out (J12).
 */
export function safeLinks(links: readonly string[], registered: readonly string[]): Link[] {
  const known = new Set(registered.map((uri) => new URL(uri).href))
  return links
    .map((href) => ({ href, target: targetOf(href) }))
    .filter(({ target }) => /^https?:/.test(target) && known.has(target))
}

function targetOf(link: string): string {
  const url = new URL(link)
  for (const name of parameters) url.searchParams.delete(name)
  // Links may carry their parameters in the fragment instead.
  if (url.hash.includes('refresh_token=')) url.hash = ''
  return url.href
}
