import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Context } from 'koa'
import { nonceOf } from './security-headers.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** These are compressed already. */
const PACKED = new Set(['.ico', '.png', '.woff2'])

interface StaticFile {
  readonly type: string
  readonly body: Buffer
  readonly gzip: Buffer | null
}

/** Serves the built pages; says whether it had an answer. */
export type StaticFiles = (ctx: Context) => boolean

const NOT_BUILT =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Admin panel</title>' +
  '<h1>The admin panel is not built</h1><p>Run <code>npm run build</code> and start again.</p></html>'

/** Everything is read once, at the start: what is served cannot be anything but these. */
export function createStaticFiles(folder: string): StaticFiles {
  const files = readFiles(folder)
  const index = join(folder, 'index.html')
  const page = existsSync(index) ? readFileSync(index, 'utf8') : null
  return (ctx) => {
    const file = files.get(ctx.path)
    if (file !== undefined) {
      sendFile(ctx, file)
      return true
    }
    if (!isPage(ctx)) return false
    ctx.status = page === null ? 503 : 200
    ctx.type = 'html'
    // With a nonce of its own in each, no two answers are the same.
    ctx.set('Cache-Control', 'no-store')
    ctx.body = (page ?? NOT_BUILT).replaceAll('__NONCE__', () => nonceOf(ctx.res))
    return true
  }
}

/** A browser says that it wants a page; everybody else gets one where no file can be meant. */
function isPage(ctx: Context): boolean {
  if (ctx.path.startsWith('/assets/')) return false
  return (
    ctx.get('accept').includes('text/html') ||
    (extname(ctx.path) === '' && ctx.accepts('html') === 'html')
  )
}

function readFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  if (!existsSync(folder)) return files
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const body = readFileSync(file)
    const gzip = PACKED.has(extname(entry.name)) ? null : gzipSync(body)
    files.set(`/${relative(folder, file).split(sep).join('/')}`, { type, body, gzip })
  }
  return files
}

function sendFile(ctx: Context, { type, body, gzip }: StaticFile): void {
  // Names in this folder change with what is in the file.
  const isHashed = ctx.path.startsWith('/assets/')
  ctx.set('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
  ctx.set('Content-Type', type)
  ctx.vary('Accept-Encoding')
  if (gzip !== null && ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
    ctx.set('Content-Encoding', 'gzip')
    ctx.body = gzip
  } else {
    ctx.body = body
  }
}
