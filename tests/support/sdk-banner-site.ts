import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

/** A page that may mount the banner, under the strictest policy the banner claims to work with. */
export interface BannerSite {
  readonly origin: string
  /** Path and body of every form that was posted. */
  readonly posted: string[]
  /** What the page to come consists of. */
  body: string
  css: string
  /** Hears of each violation of the policy. */
  reported: (text: string) => void
  close(): void
}

const root = join(import.meta.dirname, '../..')
const entry = `
  import { mountBanner, ImpersonationBanner } from './sdk/src/banner/index.ts'
  import { ar } from './sdk/src/banner/messages/ar.ts'
  import { fakeImpersonation } from './tests/support/fake-impersonation.ts'
  const languages = { ar }
  Object.assign(globalThis, { ImpersonationBanner, languages, mount(session, options = {}) {
    globalThis.imp = fakeImpersonation(session)
    globalThis.banner = mountBanner(imp, { ...options, messages: languages[options.language] })
  } })`

const policy = "default-src 'self'; style-src 'self'; require-trusted-types-for 'script'"
const html = (body: string): string =>
  `<!doctype html><html lang="en"><head><title>Orders</title><meta name="viewport" content="width=device-width">
  <link rel="icon" href="/icon.png"><link rel="stylesheet" href="/app.css"><script src="/stdin.js" type="module"></script></head>
  <body>${body}</body></html>`

/** In parts, as bundlers leave it. */
async function bundled(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    splitting: true,
    target: 'es2022',
    outdir: '/',
  })
  return new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
}

export async function startBannerSite(): Promise<BannerSite> {
  const scripts = await bundled()
  const server = createServer((request, response) => {
    const { url = '', method } = request
    const chunks: string[] = []
    request.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
    request.on('end', () => {
      if (url === '/report') self.reported(chunks.join(''))
      else if (method === 'POST') self.posted.push(`${url} ${chunks.join('')}`)
      const script = scripts.get(url)
      const isCss = url === '/app.css'
      const type =
        script === undefined ? `text/${isCss ? 'css' : 'html'}; charset=utf-8` : 'text/javascript'
      response.setHeader('content-type', type)
      response.setHeader('content-security-policy', `${policy}; report-uri /report`)
      response.end(script ?? (isCss ? self.css : html(self.body)))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const self: BannerSite = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted: [],
    body: '',
    css: '',
    reported: () => {},
    close: () => void server.close(),
  }
  return self
}
