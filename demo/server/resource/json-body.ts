import type { Context } from 'koa'
import type { ZodType } from 'zod'
import { Problem } from './answer.ts'

const LIMIT = 4096

/**
 * The request body, as the schema wants it.
 *
 * @throws Problem MEDIA_TYPE, BODY_TOO_LARGE, BODY_INVALID
 */
export async function readJson<T>(ctx: Context, schema: ZodType<T>): Promise<T> {
  if (ctx.is('application/json') !== 'application/json') throw new Problem('MEDIA_TYPE')
  const result = schema.safeParse(parse(await readBytes(ctx)))
  if (!result.success) throw new Problem('BODY_INVALID')
  return result.data
}

async function readBytes(ctx: Context): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > LIMIT) throw new Problem('BODY_TOO_LARGE')
      chunks.push(chunk)
    }
  } catch (error) {
    ctx.set('Connection', 'close')
    throw error instanceof Problem ? error : new Problem('BODY_INVALID')
  }
  return Buffer.concat(chunks)
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Problem('BODY_INVALID')
  }
}
