/** Where the parts of the demo are: origins, without a slash at the end. */
export interface DemoUrls {
  readonly issuer: string
  readonly panel: string
  readonly portal: string
  readonly billing: string
  /** The demo's resource server; also its resource indicator (RFC 8707). */
  readonly resource: string
}
