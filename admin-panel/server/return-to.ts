const LONGEST = 2000

/** Where to go after signing in: a page of the panel, whatever was asked for (CWE-601). */
export function returnTo(wanted: unknown, url: string): string {
  if (typeof wanted !== 'string' || wanted.length > LONGEST) return '/'
  // Browsers drop tabs and line breaks, and take a backslash for a slash.
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\')) return '/'
  const target = URL.parse(wanted, url)
  if (target === null || target.origin !== url) return '/'
  return /^\/(?:auth|api)(?:\/|$)/.test(target.pathname)
    ? '/'
    : target.pathname + target.search + target.hash
}
