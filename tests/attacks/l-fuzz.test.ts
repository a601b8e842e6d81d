import fc from 'fast-check'
import { denials } from 'understudy'
import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'

const ROOMY = { STARTS_PER_ACTOR: '1000000', STARTS_PER_SERVICE: '1000000' }

describe.each(['sqlite', 'postgres'] as const)(
  'whatever the description of the API allows, on %s',
  (database) => {
    const stage = onStage(database, { ...ROOMY, REQUIRE_MFA: 'false' })
    const word = fc.oneof(
      fc.constantFrom(
        'usr_jane',
        'usr_root',
        'acme-portal',
        'acme-billing',
        'imp_x',
        '\0',
        'a\0b',
        "'",
        '',
        '%00',
        '..',
      ),
      fc.string({ maxLength: 40, unit: 'binary' }),
    )
    const value = fc.oneof(word, fc.integer(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }))

    it('L18 no request makes a 5xx, and every refusal has the shape of the contract', async () => {
      const { cast } = stage
      const { paths } = (await cast.request('GET', '/openapi.json')).body
      // A feed that goes on for ever cannot be read to its end.
      delete paths['/api/v1/impersonations/ended']
      const { impersonation_id } = (await stage.start()).body
      const routesWith = (...methods: string[]): { path: string; method: string }[] =>
        Object.keys(paths).flatMap((path) => methods.map((method) => ({ path, method })))
      const described = Object.keys(paths).flatMap((path) =>
        Object.keys(paths[path]).map((method) => ({ path, method: method.toUpperCase() })),
      )
      const others = routesWith('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS')
      const input = fc.record({
        route: fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom(...described) },
          { weight: 1, arbitrary: fc.constantFrom(...others) },
        ),
        token: fc.oneof(
          { weight: 5, arbitrary: fc.constant(stage.service) },
          { weight: 1, arbitrary: fc.constantFrom(stage.root, 'x', undefined) },
        ),
        parts: fc.array(fc.oneof(word, fc.constant(impersonation_id as string)), { minLength: 3 }),
        query: fc.oneof(
          fc.constant({}),
          fc.dictionary(
            fc.constantFrom('limit', 'cursor', 'q', 'from', 'status', 'format', 'x'),
            word,
          ),
        ),
        body: fc.oneof(
          fc.dictionary(
            fc.constantFrom('impersonatorToken', 'reason', 'mode', 'redeemWithin', 'events', 'x'),
            fc.oneof(value, fc.constant(stage.root)),
          ),
          fc.constant({ impersonatorToken: stage.root }),
          fc.string({ unit: 'binary' }),
        ),
        type: fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain'),
      })
      await fc.assert(
        fc.asyncProperty(input, async ({ route, token, parts, query, body, type }) => {
          let next = 0
          const at = route.path.replaceAll(/\{\w+\}/g, () =>
            encodeURIComponent((parts[next++] ?? '').toWellFormed()),
          )
          const search = new URLSearchParams(query).toString()
          const text = typeof body === 'string' ? body : JSON.stringify(body)
          const answer = await cast.request(route.method, `${at}?${search}`, {
            ...(token !== undefined && { token }),
            ...(route.method !== 'GET' && { body: text, headers: { 'content-type': type } }),
          })
          expect(answer.status).toBeLessThan(500)
          if (answer.status < 400) return
          const [status, error, description] = denials[answer.body.code as keyof typeof denials]
          expect([answer.status, answer.body]).toEqual([
            status,
            expect.objectContaining({ error, error_description: description }),
          ])
          expect(answer.headers.get('x-request-id')).toBe(answer.body.request_id)
        }),
        { seed: 18, numRuns: 750, endOnFailure: true },
      )
    }, 300_000)
  },
)
