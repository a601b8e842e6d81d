import type { Context } from 'koa'
import type { NewOrder } from './orders.ts'
import { Refusal } from './resource-refusal.ts'

const LIMIT = 4096

/**
 * The order in a request body: `{ item, quantity? }`.
 *
 * @throws Refusal MEDIA_TYPE, BODY_TOO_LARGE, BODY_INVALID
 */
export async function readNewOrder(ctx: Context): Promise<NewOrder> {
  if (ctx.is('application/json') !== 'application/json') throw new Refusal('MEDIA_TYPE')
  const body = parse(await readBytes(ctx))
  const { item, quantity = 1, ...unknown } = body
  const isItem = typeof item === 'string' && item.trim() !== '' && item.length <= 80
  const isQuantity = typeof quantity === 'number' && Number.isInteger(quantity)
  if (!isItem || !isQuantity || quantity < 1 || quantity > 99 || Object.keys(unknown).length > 0) {
    throw new Refusal('BODY_INVALID')
  }
  return { item: item.trim(), quantity }
}

async function readBytes(ctx: Context): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > LIMIT) throw new Refusal('BODY_TOO_LARGE')
      chunks.push(chunk)
    }
  } catch (error) {
    ctx.set('Connection', 'close')
    throw error instanceof Refusal ? error : new Refusal('BODY_INVALID')
  }
  return Buffer.concat(chunks)
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Falls through to the same answer as for JSON that is no object.
  }
  throw new Refusal('BODY_INVALID')
}
