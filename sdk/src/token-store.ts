/** What a tab keeps of an impersonation. */
export interface Kept {
  readonly id: string
  readonly sub: string
  readonly actor: string
  readonly refreshToken: string
  /** For the app's API; empty until there is one. */
  readonly accessToken: string
  /** When to renew it, on the clock. */
  readonly staleAt: number
  /** For the issuer, which takes opaque ones only. */
  readonly ownToken: string
  readonly ownStaleAt: number
  /** The issuer's time of the exchange (epoch ms), and the clock's. */
  readonly issuedAt: number
  readonly at: number
  /** How many exchanges it took: the higher is the newer. */
  readonly turn: number
}

/** Where a tab keeps one string. Must not be shared between tabs, and must not outlive them. */
export interface TokenStore {
  read(): string | null
  /** `null` removes it. */
  write(value: string | null): void
}

/**
 * `session` is `sessionStorage` under a key of its own: other tabs and the app's sign-in stay
 * untouched. Of `memory`, nothing survives the page.
 */
export function storeOf(
  storage: 'session' | 'memory' | TokenStore = 'session',
  key: string,
): TokenStore {
  if (typeof storage === 'object') return storage
  if (storage === 'memory') return { read: () => null, write() {} }
  return {
    read: () => sessionStorage.getItem(key),
    write(value) {
      try {
        if (value) sessionStorage.setItem(key, value)
        else sessionStorage.removeItem(key)
      } catch {
        // Blocked or full: this page goes on, and the next one begins without it.
      }
    },
  }
}

/** What an earlier page of this tab left; a string is the token of a link that it could not take up. */
export function left(store: TokenStore): Kept | string | null {
  try {
    return JSON.parse(store.read() ?? 'null') as Kept | string | null
  } catch {
    return null
  }
}
