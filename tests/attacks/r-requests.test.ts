import { createHash } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import type { Authorization, Seen } from '../support/visitor.ts'
import {
  authorization,
  formOf,
  passPages,
  PASSWORD,
  redeem,
  Visitor,
  wordsOf,
} from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const CALLBACK = 'http://localhost:4002/callback'
const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url')

describe.each(['sqlite', 'postgres'] as const)('authorization requests, on %s', (database) => {
  const stage = onStage(database)
  let jane: Visitor

  beforeAll(async () => {
    jane = new Visitor(stage.booted.issuer)
    const { address } = authorization('acme-portal')
    await passPages(stage.booted, jane, await jane.open(address), JANE)
  })

  const ask = (params: Record<string, string | null>, client = 'acme-portal'): Promise<Seen> =>
    jane.open(authorization(client, params).address)
  const answerTo = async (params: Record<string, string | null>): Promise<URLSearchParams> => {
    const { url } = await ask(params)
    expect(url.startsWith(`${CALLBACK}?`)).toBe(true)
    return new URL(url).searchParams
  }
  /** A code for a request with this verifier, and what the token endpoint says to another one. */
  const redeemWith = async (request: Authorization, verifier: string): Promise<JsonAnswer> => {
    const { url } = await jane.open(request.address)
    expect(url).toContain('?code=')
    return redeem(stage.cast, request, url, { code_verifier: verifier })
  }

  it.each([
    ['no challenge', { code_challenge: null, code_challenge_method: null }],
    ['a method without a challenge', { code_challenge: null }],
    ['a challenge without a method, which would be plain', { code_challenge_method: null }],
    ['plain', { code_challenge_method: 'plain' }],
    ['an unknown method', { code_challenge_method: 'S512' }],
    ['a challenge of 42 characters', { code_challenge: 'a'.repeat(42) }],
    ['a challenge of 129 characters', { code_challenge: 'a'.repeat(129) }],
    ['a challenge in another alphabet', { code_challenge: `${'a'.repeat(42)}+` }],
  ])('R04 PKCE: a request with %s brings no code', async (_, params) => {
    const answer = await answerTo(params)
    expect([answer.get('error'), answer.has('code')]).toEqual(['invalid_request', false])
  })

  it.each([
    ['the wrong verifier', undefined, 'w'.repeat(43)],
    ['no verifier', undefined, ''],
    ['the challenge as its verifier', undefined, challengeOf('v'.repeat(43))],
    ['a verifier of 42 characters', 'v'.repeat(42), 'v'.repeat(42)],
    ['a verifier of 129 characters', 'v'.repeat(129), 'v'.repeat(129)],
    ['a verifier in another alphabet', `${'v'.repeat(43)} `, `${'v'.repeat(43)} `],
  ])('a code is not given out for %s', async (_, chosen, verifier) => {
    const code_challenge = challengeOf(chosen ?? 'v'.repeat(43))
    const request = authorization('acme-portal', { code_challenge })
    const { status, body } = await redeemWith(request, verifier)
    expect([status, body.access_token]).toEqual([400, undefined])
    expect(['invalid_grant', 'invalid_request']).toContain(body.error)
  })

  it('R05 a challenge taken out of the request helps nobody', async () => {
    const without = { code_challenge: null, code_challenge_method: null }
    for (const client of ['acme-portal', 'acme-billing']) {
      const { url } = await ask(without, client)
      expect(new URL(url).searchParams.get('error')).toBe('invalid_request')
    }
    // A confidential client may go without, but not have it taken away (RFC 9700 §4.8.2).
    const root = new Visitor(stage.booted.issuer)
    const request = authorization('admin-panel', without)
    const first = await root.open(request.address)
    const { url } = await passPages(stage.booted, root, first, 'root@acme.test')
    const { status, body } = await redeem(stage.cast, request, url)
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
  })

  it.each(['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'none', 'device'])(
    'R07 the response type %s issues nothing',
    async (type) => {
      for (const mode of [null, 'query', 'fragment', 'form_post']) {
        const params = { response_type: type, response_mode: mode, nonce: 'n' }
        const { url, text } = await ask(params)
        // A token in a query is refused before it is asked which token (OAuth 2.0 Multiple Response Types §5).
        expect(`${url} ${text}`).toMatch(
          /unsupported_response_type|response_mode\+is\+not\+allowed/,
        )
        expect(`${url} ${text}`).not.toMatch(/access_token|id_token=|[?#&]code=/)
      }
    },
  )

  it.each(['jwt', 'query.jwt', 'web_message', 'okta_post_message', ''])(
    'the response mode %j is none',
    async (mode) => {
      const { url, text, status } = await ask({ response_mode: mode })
      const error = /error=([a-z_]+)/.exec(url)?.[1]
      // An empty parameter is an omitted one (RFC 6749 §3.1).
      expect([error, url.includes('?code=')]).toEqual(
        mode === '' ? [undefined, true] : ['unsupported_response_mode', false],
      )
      expect([status, text]).toEqual([303, ''])
    },
  )

  describe('a request that waits for the login', () => {
    let visitor: Visitor
    let page: Seen

    beforeEach(async () => {
      visitor = new Visitor(stage.booted.issuer)
      page = await visitor.open(authorization('acme-portal').address)
    })

    it('cannot be changed by the address it goes on at', async () => {
      const { action, hidden } = formOf(page)
      const form = new URLSearchParams({ ...hidden, email: JANE, password: PASSWORD })
      const login = await visitor.send(new URL(action, page.url).href, form)
      const resume = new URL(login.headers.get('location') ?? '', page.url)
      expect(resume.pathname).toMatch(/^\/auth\/[\w-]+$/)
      const evil = {
        client_id: 'admin-panel',
        redirect_uri: 'https://evil.test/',
        response_type: 'token',
        response_mode: 'fragment',
        scope: 'openid orders:write',
        state: 'evil',
      }
      resume.search = new URLSearchParams(evil).toString()
      const { headers, status } = await visitor.send(resume.href)
      const to = new URL(headers.get('location') ?? '')
      expect([status, to.origin + to.pathname]).toEqual([303, CALLBACK])
      expect([...to.searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state'])
      expect(to.searchParams.get('state')).toBe('a state')
    })

    it('does not go on before the login, nor in another browser', async () => {
      const uid = new URL(page.url).pathname.split('/')[2]
      const early = await visitor.open(`/auth/${uid}`)
      expect([early.status, wordsOf(early)]).toEqual([200, wordsOf(page)])
      const { action, hidden } = formOf(page)
      const form = new URLSearchParams({ ...hidden, email: JANE, password: PASSWORD })
      await visitor.send(new URL(action, page.url).href, form)
      const other = await new Visitor(stage.booted.issuer).open(`/auth/${uid}`)
      expect([other.status, other.url.startsWith(stage.booted.issuer)]).toEqual([400, true])
    })
  })
})
