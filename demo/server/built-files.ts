import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Middleware } from 'koa'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
}

export interface BuiltFile {
  readonly type: string
  readonly body: Buffer
}

/** Its code is for whoever started the demo, and has no class to compare with. */
class NotBuilt extends Error {
  override readonly name = 'NotBuilt'
  readonly code = 'DEMO_NOT_BUILT'
}

/**
 * What `npm run build` made of an app, by path, with the SDK's first script beside it. Read once: what
 * is served cannot be anything but these.
 *
 * @throws NotBuilt
 */
export function readBuilt(app: 'portal' | 'billing'): ReadonlyMap<string, BuiltFile> {
  const folder = new URL(`../${app}/dist/`, import.meta.url)
  const early = new URL(import.meta.resolve('@understudy/sdk/early'))
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => new URL(entry.name, `file://${entry.parentPath.replace(/\/?$/, '/')}`))
      .map((url) => [`/${url.href.slice(folder.href.length)}`, read(url)] as const)
    return new Map([...files, ['/early.js', read(early)]])
  } catch (cause) {
    throw new NotBuilt('The demo is not built yet: run `npm run build`.', { cause })
  }
}

function read(url: URL): BuiltFile {
  const extension = url.pathname.slice(url.pathname.lastIndexOf('.') + 1)
  return {
    type: TYPES[extension] ?? 'application/octet-stream',
    body: readFileSync(fileURLToPath(url)),
  }
}

/** Answers for those files, but never with a page: the app does that. */
export const serveBuilt =
  (files: ReadonlyMap<string, BuiltFile>): Middleware =>
  async (ctx, next) => {
    const file = ctx.path.endsWith('.html') ? undefined : files.get(ctx.path)
    if (file === undefined || !['GET', 'HEAD'].includes(ctx.method)) {
      await next()
      return
    }
    ctx.type = file.type
    ctx.body = file.body
  }
