import type { Context } from 'koa'
import { Denied } from './denied.ts'

const LIMIT = 16 * 1024

/**
 * The JSON of a request body.
 *
 * @throws Denied MEDIA_TYPE, BODY_TOO_LARGE, BODY_INVALID
 */
export async function readJson(ctx: Context): Promise<unknown> {
  requireJson(ctx)
  const bytes = await readBytes(ctx)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    throw new Denied('BODY_INVALID')
  }
}

/** A form of another site can send anything but this without asking first (Fetch §2.2.2). */
export function requireJson(ctx: Context): void {
  const isJson = ctx.get('content-type').split(';')[0]?.trim().toLowerCase() === 'application/json'
  // Nothing is inflated, so that nothing can be a bomb.
  const isPlain = ['', 'identity'].includes(ctx.get('content-encoding'))
  if (!isJson || !isPlain) throw new Denied('MEDIA_TYPE')
}

async function readBytes(ctx: Context): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    if ((ctx.request.length ?? 0) > LIMIT) throw new Denied('BODY_TOO_LARGE')
    for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > LIMIT) throw new Denied('BODY_TOO_LARGE')
      chunks.push(chunk)
    }
  } catch (error) {
    // The rest of it is not worth reading.
    ctx.set('Connection', 'close')
    throw error instanceof Denied ? error : new Denied('BODY_INVALID')
  }
  return Buffer.concat(chunks)
}
