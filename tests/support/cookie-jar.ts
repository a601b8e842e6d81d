/** A browser's cookies and its way of following redirects, as far as signing in needs them. */
export class CookieJar {
  readonly cookies: Map<string, string> = new Map()

  header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  take(answer: Response): void {
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const split = pair.indexOf('=')
      const [name, value] = [pair.slice(0, split), pair.slice(split + 1)]
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }

  /**
   * Follows redirects within the origin it began at. Ends with a page, or with the address outside
   * that the browser would go to.
   */
  async follow(
    url: string,
    form?: URLSearchParams,
  ): Promise<{ readonly url: string; readonly page: string | null; readonly status: number }> {
    const { origin } = new URL(url)
    let next = url
    let body = form
    for (let hops = 0; hops < 10; hops++) {
      const answer = await fetch(next, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { cookie: this.header(), accept: 'text/html' },
        redirect: 'manual',
        ...(body !== undefined && { body }),
      })
      this.take(answer)
      body = undefined
      const location = answer.headers.get('location')
      if (location === null) return { url: next, page: await answer.text(), status: answer.status }
      await answer.arrayBuffer()
      next = new URL(location, next).href
      if (new URL(next).origin !== origin) return { url: next, page: null, status: answer.status }
    }
    throw new Error(`too many redirects: ${next}`)
  }
}
