import type { Context } from 'koa'

const LIMIT = 16_384

/** The fields of a plain form (application/x-www-form-urlencoded); `null` for anything else. */
export async function readForm(ctx: Context): Promise<URLSearchParams | null> {
  if (ctx.is('application/x-www-form-urlencoded') === false) return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LIMIT) return null
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString())
}
