import type { Context } from 'koa'
import { Denied } from './denied.ts'
import { requireJson } from './json-body.ts'

/**
 * Whether the request comes from the panel's own pages. All ports of localhost are one site, and so
 * are the hosts of a company: SameSite keeps neighbours out of nothing, so the browser's own word
 * counts (Fetch Metadata §2.3), or the Origin of one that does not give it.
 */
function comesFromPanel(ctx: Context, url: string): boolean {
  const site = ctx.get('sec-fetch-site')
  if (site !== '') return site === 'same-origin'
  return ctx.get('origin') === url
}

/** For what changes something. @throws Denied CROSS_SITE, MEDIA_TYPE */
export function requireSameOrigin(ctx: Context, url: string): void {
  if (!comesFromPanel(ctx, url) || ctx.get('x-requested-by') !== 'admin-panel') {
    throw new Denied('CROSS_SITE')
  }
  if (ctx.method !== 'DELETE') requireJson(ctx)
}

/** For what is only read: nobody else's page has any use for it. @throws Denied CROSS_SITE */
export function refuseOtherSites(ctx: Context): void {
  if (!['', 'same-origin', 'none'].includes(ctx.get('sec-fetch-site'))) {
    throw new Denied('CROSS_SITE')
  }
}
