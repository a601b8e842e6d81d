import type { GuardRules, Verified, Verifier } from './index.ts'

/** What is used of Hono's context. */
export interface HonoContext {
  readonly req: {
    readonly method: string
    header(name: string): string | undefined
  }
  set(name: 'verified', verified: Verified): void
}

/** Hono middleware: goes on with `c.get('verified')`, or answers why not. */
export function guard(
  verifier: Verifier,
  rules?: GuardRules,
): (c: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  const decide = verifier.guard(rules)
  return async (c, next) => {
    const header = (name: string): string | undefined => c.req.header(name)
    const { verified, refusal } = await decide({ method: c.req.method, header })
    if (refusal !== null) {
      const { status, headers, body } = refusal
      return Response.json(body, { status, headers })
    }
    c.set('verified', verified)
    await next()
    return undefined
  }
}
