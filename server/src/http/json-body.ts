import type { Context } from 'koa'
import type { Node } from 'jsonc-parser'
import { parseTree } from 'jsonc-parser'
import rawBody from 'raw-body'
import { Denied } from '../operations/denied.ts'

const LIMIT = 16 * 1024

/**
 * The bytes of a JSON request body, unread as yet: they are judged only after the caller is known.
 *
 * @throws Denied MEDIA_TYPE, BODY_TOO_LARGE, BODY_INVALID when the caller went away half-way
 */
export async function readBody(ctx: Context): Promise<Buffer> {
  const encoding = ctx.get('content-encoding')
  // Nothing is inflated, so that nothing can be a bomb.
  // Of a body that is not there Koa knows no type; that there is none is for the parser to say.
  const type = ctx.is('application/json') ?? ctx.request.type.trim().toLowerCase()
  if (type !== 'application/json' || !['', 'identity'].includes(encoding)) {
    throw new Denied('MEDIA_TYPE')
  }
  try {
    return await rawBody(ctx.req, { limit: LIMIT, length: ctx.request.length ?? null })
  } catch (error) {
    // The rest of a body that is too large is not worth reading.
    ctx.set('Connection', 'close')
    const tooLarge = (error as { type?: string }).type === 'entity.too.large'
    throw new Denied(tooLarge ? 'BODY_TOO_LARGE' : 'BODY_INVALID')
  }
}

/**
 * JSON as RFC 8259 has it, in UTF-8 without a byte order mark, every name of an object once: with
 * two values for one name, another reader of the same bytes may have seen the other one.
 *
 * @throws Denied BODY_INVALID
 */
export function parseJson(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    if (hasDuplicateNames(parseTree(text))) throw new SyntaxError('duplicate name')
    return value
  } catch {
    throw new Denied('BODY_INVALID')
  }
}

function hasDuplicateNames(node: Node | undefined): boolean {
  const children = node?.children ?? []
  if (node?.type === 'object') {
    const names = children.map((property) => property.children?.[0]?.value as unknown)
    if (new Set(names).size < names.length) return true
  }
  return children.some(hasDuplicateNames)
}
