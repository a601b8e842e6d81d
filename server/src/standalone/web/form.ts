import { timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import rawBody from 'raw-body'
import type { ProviderParts } from '../parts.ts'

const LIMIT = 8 * 1024

/** The request did not come from our own page; it is answered with an error page and changes nothing. */
export class ForeignForm extends Error {
  override name = 'ForeignForm'
}

/** Ties a form to one interaction of one browser. */
export const csrfToken = ({ box }: Pick<ProviderParts, 'box'>, uid: string): string =>
  box.sign('csrf', uid)

/**
 * The fields of a form of ours. All ports of localhost are one site, so the cookie's SameSite does
 * not keep the demo's own apps out: where the browser says where a post comes from, that counts too.
 *
 * @throws ForeignForm
 */
export async function readForm(
  parts: ProviderParts,
  ctx: Context,
  uid: string,
): Promise<URLSearchParams> {
  if (!ctx.is('application/x-www-form-urlencoded')) throw new ForeignForm()
  const text = await rawBody(ctx.req, { limit: LIMIT, encoding: 'utf8' }).catch(() => {
    throw new ForeignForm()
  })
  const form = new URLSearchParams(text)
  const given = Buffer.from(form.get('csrf') ?? '')
  const isOurs = parts.box.proofs('csrf', uid).some((proof) => {
    const wanted = Buffer.from(proof)
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
  if (!isOurs || !isSameOrigin(ctx, parts.server.issuer)) throw new ForeignForm()
  return form
}

function isSameOrigin(ctx: Context, issuer: string): boolean {
  const site = ctx.get('sec-fetch-site')
  if (site !== '') return site === 'same-origin'
  const origin = ctx.get('origin')
  return origin === '' || origin === issuer
}
