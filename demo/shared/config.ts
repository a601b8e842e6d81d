/** Where the issuer and the API are: the server wrote it into the page. */
export interface DemoConfig {
  readonly issuer: string
  readonly resource: string
}

const meta = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''

export const readConfig = (): DemoConfig => ({
  issuer: meta('acme-issuer'),
  resource: meta('acme-api'),
})
