const LONGEST = 1000

/** Where to go after signing in: a page of the panel, whatever was asked for (CWE-601). */
export function returnTo(wanted: unknown, url: string): string {
  if (typeof wanted !== 'string' || wanted.length > LONGEST) return '/'
  // Browsers drop tabs and line breaks, and take a backslash for a slash.
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\')) return '/'
  const target = URL.parse(wanted, url)
  if (target === null || target.origin !== url) return '/'
  const { pathname, search, hash } = target
  const path = pathname + search + hash
  // What is written with percent signs is three times as long, and a cookie holds it.
  if (path.length > LONGEST) return '/'
  // Without its dot segments `/.//evil.test` is `//evil.test`, which names a host (RFC 3986 §4.2).
  return /^\/(?:[/\\]|(?:auth|api)(?:\/|$))/.test(pathname) ? '/' : path
}
