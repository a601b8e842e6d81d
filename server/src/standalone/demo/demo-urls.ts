/** Where the parts of the demo are: origins, without a slash at the end. */
export interface DemoUrls {
  readonly issuer: string
  readonly panel: string
  readonly portal: string
  readonly billing: string
  /** The demo's resource server; also its resource indicator (RFC 8707). */
  readonly resource: string
}

/** The places of contract §7: the ports that follow the issuer's, on this machine. */
export function demoUrls(issuer: string): DemoUrls {
  const { port, protocol, origin } = new URL(issuer)
  const first = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  const at = (distance: number): string => `http://localhost:${first + distance}`
  return { issuer: origin, panel: at(1), portal: at(2), billing: at(3), resource: at(4) }
}
