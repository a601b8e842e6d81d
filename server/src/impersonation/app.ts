/** A registered client, seen as a place to impersonate in. */
export interface App {
  readonly clientId: string
  readonly name: string
  readonly type: 'spa' | 'web' | 's2s'
  readonly enabled: boolean
  readonly requireConsent: boolean
  readonly redirectUris: readonly string[]
  /** Scopes the app may ask for, space-separated. */
  readonly scope: string
  /** The scopes among them that change something; left out in read-only mode. */
  readonly writeScopes: readonly string[]
  /** Resource indicators (RFC 8707) it may ask JWT access tokens for. */
  readonly resources: readonly string[]
}

/** A public client with redirect URIs: the only kind whose links can be opened in a browser tab. */
export const isEligible = (app: App | undefined): app is App =>
  app !== undefined && app.enabled && app.type === 'spa' && app.redirectUris.length > 0
