import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import type { Impersonation } from '../../sdk/src/index.ts'

const SDK = join(import.meta.dirname, '../../sdk/src')

/** An app that does nothing but start the SDK, under the strictest policy it claims to work with. */
export interface SdkApp {
  readonly origin: string
  /** Address and Referer of everything that was asked for. */
  readonly asked: { readonly url: string; readonly referer: string | undefined }[]
  /** Options of createImpersonation for the pages to come, with functions as JavaScript. */
  options: string
  /** What stands in the head before the SDK. */
  head: string
  /** Answers to what the app asks its own origin for, below /api. */
  api: (method: string, authorization: string | undefined) => { status: number; body?: unknown }
  close(): Promise<void>
}

/** Scripts by path: `early` as the classic one it is, the rest in parts, as bundlers leave it. */
async function bundled(): Promise<Map<string, string>> {
  const options = {
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
    outdir: '/',
  } as const
  const built = await Promise.all([
    build({ ...options, entryPoints: { early: join(SDK, 'early.ts') }, format: 'iife' }),
    build({
      ...options,
      entryPoints: { sdk: join(SDK, 'index.ts') },
      format: 'esm',
      splitting: true,
    }),
  ])
  const files = built.flatMap(({ outputFiles }) => outputFiles)
  return new Map(files.map(({ path, text }) => [`/${basename(path)}`, text]))
}

const POLICY =
  "default-src 'self' http://127.0.0.1:* http://localhost:* http://127.0.0.2:*; style-src 'self'; require-trusted-types-for 'script'"

/** On `host`; nothing of it is sent with a Referer. */
export async function startSdkApp(host: string): Promise<SdkApp> {
  const scripts = await bundled()
  const server = createServer((request, response) => {
    const { url = '', method = '', headers } = request
    self.asked.push({ url, referer: headers.referer })
    if (url.startsWith('/api')) {
      const { status, body } = self.api(method, headers.authorization)
      response.writeHead(status, { 'content-type': 'application/json' })
      {
        response.end(JSON.stringify(body ?? { authorization: headers.authorization }))
        return
      }
    }
    const script = url === '/app.js' ? app(self.options) : scripts.get(url)
    response.writeHead(200, {
      'content-type': script === undefined ? 'text/html; charset=utf-8' : 'text/javascript',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    })
    response.end(script ?? document(self.head))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, host === 'localhost' ? '127.0.0.1' : host, resolve)
  })
  const self: SdkApp = {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    asked: [],
    options: '{}',
    head: '',
    api: () => ({ status: 200 }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
  return self
}

const document = (head: string): string =>
  `<!doctype html><html lang="en"><title>App</title>${head}
  <script src="/app.js" type="module"></script><h1>App</h1></html>`

const app = (options: string): string => `
  import * as sdk from '/sdk.js'
  window.imp = sdk.createImpersonation(${options})
  window.seen = []
  imp.subscribe(() => seen.push(imp.state.status))
  window.started = imp.start().then((session) => session?.id ?? null, (error) => error.code)
  window.addressAfterStart = location.href`

declare global {
  interface Window {
    imp: Impersonation
    seen: string[]
    started: Promise<string | null>
    addressAfterStart: string
  }
}

/** What `start()` came to: the impersonation's id, `null`, or the code of the error. */
export const started = (page: Page): Promise<string | null> => page.evaluate(() => window.started)

export const stateOf = (
  page: Page,
): Promise<{ status: string; code: string | null; reason: string | undefined }> =>
  page.evaluate(() => {
    const { status, error, reason } = window.imp.state
    return { status, code: error?.code ?? null, reason }
  })

/** The code of the error that a call ends with, or what it resolves to. */
export const accessToken = (page: Page): Promise<string> =>
  page.evaluate(() =>
    window.imp.getAccessToken().catch((error: unknown) => (error as { code: string }).code),
  )
