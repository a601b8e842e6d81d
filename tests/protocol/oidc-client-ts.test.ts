import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from 'oidc-client-ts'
import type { SigninResponse } from 'oidc-client-ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { castOf } from '../support/cast.ts'
import { passPages, Visitor } from '../support/visitor.ts'

const JANE = 'jane@customer.test'

let booted: Booted
let client: OidcClient

beforeAll(async () => {
  booted = await boot()
  client = new OidcClient({
    authority: booted.issuer,
    client_id: 'acme-portal',
    redirect_uri: 'http://localhost:4002/callback',
    post_logout_redirect_uri: 'http://localhost:4002/',
    scope: 'openid profile email',
    loadUserInfo: true,
    stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  })
})
afterAll(() => booted.close())

async function signIn(visitor: Visitor): Promise<SigninResponse> {
  const { url } = await client.createSigninRequest({ state: { page: '/orders' } })
  const { url: callback } = await passPages(booted, visitor, await visitor.open(url), JANE)
  return client.processSigninResponse(callback)
}

describe('oidc-client-ts', () => {
  it('signs in with PKCE, refreshes, revokes, and signs out', async () => {
    const visitor = new Visitor(booted.issuer)
    const user = await signIn(visitor)
    expect(user.profile).toMatchObject({ sub: 'usr_jane', name: 'Jane Doe', email: JANE })
    expect(user.userState).toEqual({ page: '/orders' })

    const state = { ...user, data: undefined } as never
    const next = await client.useRefreshToken({ state })
    expect(next.access_token).not.toBe(user.access_token)
    await expect(client.useRefreshToken({ state })).rejects.toMatchObject({
      error: 'invalid_grant',
    })

    const again = await signIn(visitor)
    await client.revokeToken(again.refresh_token ?? '', 'refresh_token')
    expect((await castOf(booted).introspect(again.access_token)).body).toEqual({ active: false })

    const { id_token: hint = '' } = again
    const { url } = await client.createSignoutRequest({ id_token_hint: hint, url_state: 'x' })
    const { url: back } = await visitor.submit(await visitor.open(url), { logout: 'yes' })
    expect(back.startsWith('http://localhost:4002/?state=')).toBe(true)
    expect((await client.processSignoutResponse(back)).error).toBe(null)
    const { url: silent } = await client.createSigninRequest({ prompt: 'none' })
    const { url: callback } = await visitor.open(silent)
    await expect(client.processSigninResponse(callback)).rejects.toMatchObject({
      error: 'login_required',
    })
  })

  it('takes no answer with the state of another request', async () => {
    const { url } = await client.createSigninRequest({})
    const visitor = new Visitor(booted.issuer)
    const { url: callback } = await passPages(booted, visitor, await visitor.open(url), JANE)
    const forged = new URL(callback)
    forged.searchParams.set('state', 'guess')
    await expect(client.processSigninResponse(forged.href)).rejects.toThrow('No matching state')
    expect((await client.processSigninResponse(callback)).profile.sub).toBe('usr_jane')
  })
})
