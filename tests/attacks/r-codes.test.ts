import { beforeAll, describe, expect, it } from 'vitest'
import { basic, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { advance } from '../support/turned-clock.ts'
import type { Authorization } from '../support/visitor.ts'
import { authorization, passPages, redeem, Visitor, wordsOf } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const INVALID_GRANT = { error: 'invalid_grant', error_description: 'grant request is invalid' }

describe.each(['sqlite', 'postgres'] as const)('codes and pushed requests, on %s', (database) => {
  const stage = onStage(database)
  let jane: Visitor

  beforeAll(async () => {
    jane = new Visitor(stage.booted.issuer)
    const { address } = authorization('acme-portal')
    await passPages(stage.booted, jane, await jane.open(address), JANE)
  })

  const codeFor = async (request: Authorization): Promise<string> => {
    const { url } = await jane.open(request.address)
    const code = new URL(url).searchParams.get('code') ?? ''
    expect(code).not.toBe('')
    stage.cast.secrets.add(code)
    return url
  }
  const expectDead = async ({ body }: JsonAnswer): Promise<void> => {
    expect((await stage.cast.userinfo(body.access_token)).status).toBe(401)
    for (const token of [body.access_token, body.refresh_token])
      expect((await stage.cast.introspect(token)).body).toEqual({ active: false })
    const refreshed = await stage.cast.refresh(body.refresh_token)
    expect([refreshed.status, refreshed.body]).toEqual([400, INVALID_GRANT])
  }

  it.each([0, 30, 45])(
    'R06 a code used again after %i seconds gives nothing, and takes back what it gave',
    async (seconds) => {
      const request = authorization('acme-portal')
      const url = await codeFor(request)
      const first = await redeem(stage.cast, request, url)
      expect(first.status).toBe(200)
      advance(seconds)
      const again = await redeem(stage.cast, request, url)
      expect([again.status, again.body]).toEqual([400, INVALID_GRANT])
      expect(again.headers.get('cache-control')).toBe('no-store')
      await expectDead(first)
    },
  )

  it('a code used again takes back also what was refreshed since', async () => {
    const request = authorization('acme-portal')
    const url = await codeFor(request)
    const first = await redeem(stage.cast, request, url)
    const second = await stage.cast.refresh(first.body.refresh_token)
    expect(second.status).toBe(200)
    expect((await redeem(stage.cast, request, url)).status).toBe(400)
    await expectDead(second)
  })

  it('a code sent ten times at once is good for one, whose tokens do not outlive the quarrel', async () => {
    const request = authorization('acme-portal')
    const url = await codeFor(request)
    const all = await Promise.all(
      Array.from({ length: 10 }, () => redeem(stage.cast, request, url)),
    )
    const [won, ...more] = all.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    const lost = all.filter(({ status }) => status !== 200)
    expect(lost.map(({ status, body }) => [status, body])).toEqual(
      Array.from({ length: 9 }, () => [400, INVALID_GRANT]),
    )
    await expectDead(won as JsonAnswer)
  })

  it('a code with the wrong verifier is not used up for its owner, nor good for another app', async () => {
    const request = authorization('acme-portal')
    const url = await codeFor(request)
    for (const wrong of [{ code_verifier: 'w'.repeat(43) }, { client_id: 'acme-billing' }]) {
      const { status, body } = await redeem(stage.cast, request, url, wrong)
      expect([status, body]).toEqual([400, INVALID_GRANT])
    }
    expect((await redeem(stage.cast, request, url)).status).toBe(200)
  })

  describe('a pushed authorization request (RFC 9126)', () => {
    const paramsOf = ({ address }: Authorization): Record<string, string> =>
      Object.fromEntries(new URLSearchParams(address.split('?')[1]))
    const push = (request: Authorization): Promise<JsonAnswer> =>
      stage.cast.form('/request', paramsOf(request))
    const use = (pushed: JsonAnswer, clientId = 'acme-portal'): ReturnType<Visitor['open']> => {
      const { request_uri } = pushed.body
      return jane.open(
        `/auth?${new URLSearchParams({ client_id: clientId, request_uri }).toString()}`,
      )
    }

    it('R08 is used once, by who pushed it, within its minute', async () => {
      const request = authorization('acme-portal')
      const pushed = await push(request)
      expect(pushed).toMatchObject({ status: 201, body: { expires_in: 60 } })
      const stolen = await use(pushed, 'acme-billing')
      expect([stolen.status, stolen.url.startsWith(stage.booted.issuer)]).toEqual([400, true])
      const { url } = await use(pushed)
      expect((await redeem(stage.cast, request, url)).status).toBe(200)
      const again = await use(pushed)
      expect([again.status, again.url.startsWith(stage.booted.issuer)]).toEqual([400, true])
      expect(wordsOf(again)).not.toContain('urn:')

      const late = await push(authorization('acme-portal'))
      advance(90)
      const over = await use(late)
      expect([over.status, over.url.startsWith(stage.booted.issuer)]).toEqual([400, true])
    })

    it('brings one code to ten who use it at once', async () => {
      const request = authorization('acme-portal')
      const { request_uri } = (await push(request)).body
      const query = new URLSearchParams({ client_id: 'acme-portal', request_uri }).toString()
      const all = await Promise.all(
        Array.from({ length: 10 }, () => jane.send(`${stage.booted.issuer}/auth?${query}`)),
      )
      const [won, ...more] = all.filter(({ status }) => status === 303)
      expect(more).toEqual([])
      const lost = all.filter(({ status }) => status !== 303)
      expect(lost.map(({ status, headers }) => [status, headers.get('location')])).toEqual(
        Array.from({ length: 9 }, () => [400, null]),
      )
      const callback = won?.headers.get('location') ?? ''
      expect((await redeem(stage.cast, request, callback)).status).toBe(200)
    })

    it.each(['urn:ietf:params:oauth:request_uri:guess', 'https://evil.test/request', 'urn:x', ''])(
      'is not made up: %j',
      async (request_uri) => {
        const { url, status } = await use({ body: { request_uri } } as JsonAnswer)
        expect([status, url.startsWith(stage.booted.issuer)]).toEqual([400, true])
      },
    )

    it('wants the client to prove itself as at the token endpoint', async () => {
      const panel = authorization('admin-panel')
      const refused = await push(panel)
      expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client'])
      const wrong = { authorization: basic('admin-panel', 'guess') }
      const guessed = await stage.cast.form('/request', paramsOf(panel), undefined, wrong)
      expect([guessed.status, guessed.body.error]).toEqual([401, 'invalid_client'])
      const other = await stage.cast.form('/request', paramsOf(panel), 'acme-web')
      expect([other.status, other.body.request_uri]).toEqual([400, undefined])
      const unknown = await push(authorization('acme-portal', { client_id: 'nobody' }))
      expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_client'])
    })

    it('is not changed by what is added when it is used, and needs its challenge, too', async () => {
      const without = { code_challenge: null, code_challenge_method: null }
      const refused = await push(authorization('acme-portal', without))
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_request'])
      const request = authorization('acme-portal')
      const { request_uri } = (await push(request)).body
      const added = { client_id: 'acme-portal', request_uri, redirect_uri: 'https://evil.test/' }
      const { url } = await jane.open(`/auth?${new URLSearchParams(added).toString()}`)
      expect(url).not.toContain('evil.test')
    })
  })
})
