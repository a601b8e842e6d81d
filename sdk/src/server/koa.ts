import type { GuardRules, Verified, Verifier } from './index.ts'

/** What is used of Koa's context. */
export interface KoaContext {
  readonly method: string
  readonly state: { verified?: Verified }
  /** The pattern, where @koa/router has matched one. */
  readonly _matchedRoute?: unknown
  get(name: string): string
  set(headers: Record<string, string>): void
  status: number
  body: unknown
}

/** Koa middleware: goes on with `ctx.state.verified`, or answers why not. */
export function guard(
  verifier: Verifier,
  rules?: GuardRules,
): (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const decide = verifier.guard(rules)
  return async (ctx, next) => {
    const { method, _matchedRoute: matched } = ctx
    const route = typeof matched === 'string' ? matched : undefined
    const { verified, refusal } = await decide({ method, route, header: (name) => ctx.get(name) })
    if (refusal === null) {
      ctx.state.verified = verified
      await next()
      return
    }
    ctx.status = refusal.status
    ctx.set(refusal.headers)
    ctx.body = refusal.body
  }
}
