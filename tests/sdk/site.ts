import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { BrowserContext, Page } from 'playwright-core'
import type { Impersonation } from '../../sdk/src/index.ts'

const ROOT = join(import.meta.dirname, '../..')

/** An app that sends no header of its own, as most do: what it serves is a map from path to text. */
export interface Site {
  readonly origin: string
  readonly asked: {
    readonly url: string
    readonly referer: string | undefined
    readonly headers: IncomingHttpHeaders
  }[]
  /** Text of a path, query aside; what is not here is the page at `*`. */
  readonly files: Map<string, string>
  /** Sent with all of it. */
  headers: Record<string, string>
  close(): Promise<void>
}

const typeOf = (path: string): string => {
  if (path.endsWith('.js')) return 'text/javascript'
  return path.startsWith('/api') ? 'application/json' : 'text/html; charset=utf-8'
}

export async function startSite(host: string, files: Record<string, string>): Promise<Site> {
  const asked: Site['asked'] = []
  const texts = new Map(Object.entries(files))
  const server = createServer((request, response) => {
    const { url = '/', headers } = request
    asked.push({ url, referer: headers.referer, headers })
    const path = url.split('?')[0] ?? '/'
    response.writeHead(200, { ...self.headers, 'content-type': typeOf(path) })
    response.end(texts.get(path) ?? (path.startsWith('/api') ? '{}' : (texts.get('*') ?? '')))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, host.startsWith('127.') ? host : '127.0.0.1', resolve)
  })
  const self: Site = {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    asked,
    files: texts,
    headers: {},
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
  return self
}

/** One script of TypeScript that may import from `./sdk/src/` and from packages. */
export async function bundle(contents: string, format: 'iife' | 'esm' = 'iife'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, loader: 'tsx' },
    bundle: true,
    write: false,
    format,
    target: 'es2022',
  })
  return outputFiles[0]?.text ?? ''
}

/** Core and banner, as an app has them; `more` runs between making and starting. */
export const appScript = (options: string, more = ''): Promise<string> =>
  bundle(`
    import { createImpersonation } from './sdk/src/index.ts'
    import { mountBanner } from './sdk/src/banner/index.ts'
    window.imp = createImpersonation(${options})
    window.seen = []
    imp.subscribe(() => seen.push(imp.state.status))
    mountBanner(imp)
    ${more}
    window.started = imp.start().then((session) => session?.id ?? null, (error) => error.code)`)

export const earlyScript = (): Promise<string> => bundle(`import './sdk/src/early.ts'`)

/**
 * A tab in a process of its own that begins with a copy of this one's `sessionStorage`: "Duplicate
 * tab", without the process that `window.open` shares.
 */
export async function copyOf(page: Page, context: BrowserContext): Promise<Page> {
  const kept = await page.evaluate(() => ({ ...window.sessionStorage }))
  const copy = await context.newPage()
  const { origin } = new URL(page.url())
  // A page that starts nothing, only to have somewhere to put it.
  await copy.goto(`${origin}/api/empty`)
  await copy.evaluate((entries) => {
    for (const [key, value] of Object.entries(entries)) window.sessionStorage.setItem(key, value)
  }, kept)
  await copy.goto(origin)
  await copy.evaluate(() => window.started)
  return copy
}

declare global {
  interface Window {
    imp: Impersonation
    seen: string[]
    started: Promise<string | null>
  }
}
