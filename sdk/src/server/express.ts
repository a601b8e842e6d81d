import type { GuardRules, Verifier } from './index.ts'

/** What is used of Express's request and response. */
export interface ExpressRequest {
  readonly method: string
  readonly baseUrl: string
  readonly route?: { readonly path?: unknown }
  get(name: string): string | undefined
}
export interface ExpressResponse {
  readonly locals: Record<string, unknown>
  set(headers: Record<string, string>): unknown
  status(code: number): { json(body: unknown): unknown }
}

/** Express middleware: goes on with `res.locals.verified`, or answers why not. */
export function guard(
  verifier: Verifier,
  rules?: GuardRules,
): (req: ExpressRequest, res: ExpressResponse, next: () => void) => Promise<void> {
  const decide = verifier.guard(rules)
  return async (req, res, next) => {
    const path = req.route?.path
    const route = typeof path === 'string' ? req.baseUrl + path : undefined
    const { method } = req
    const { verified, refusal } = await decide({ method, route, header: (name) => req.get(name) })
    if (refusal !== null) {
      res.set(refusal.headers)
      res.status(refusal.status).json(refusal.body)
      return
    }
    res.locals['verified'] = verified
    next()
  }
}
