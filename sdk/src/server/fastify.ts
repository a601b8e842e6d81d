import type { GuardRules, Verified, Verifier } from './index.ts'

/** What is used of Fastify's request and reply. */
export interface FastifyRequest {
  readonly method: string
  readonly headers: Record<string, string | string[] | undefined>
  readonly routeOptions: { readonly url?: string | undefined }
  verified?: Verified
}
export interface FastifyReply {
  code(status: number): {
    headers(values: Record<string, string>): { send(body: unknown): unknown }
  }
}

/** Fastify `onRequest` hook: goes on with `request.verified`, or answers why not. */
export function guard(
  verifier: Verifier,
  rules?: GuardRules,
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const decide = verifier.guard(rules)
  return async (request, reply) => {
    const { method, routeOptions } = request
    const header = (name: string): string | undefined => request.headers[name]?.toString()
    const { verified, refusal } = await decide({ method, header, route: routeOptions.url })
    if (refusal !== null)
      return reply.code(refusal.status).headers(refusal.headers).send(refusal.body)
    request.verified = verified
    return undefined
  }
}
