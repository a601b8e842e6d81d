import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ForeignHost } from '../support/foreign-host.ts'
import { openForeignHost } from '../support/foreign-host.ts'
import type { ForeignParties } from '../support/foreign-impersonation.ts'
import { partiesOf } from '../support/foreign-impersonation.ts'
import type { Answer, Grant } from '../support/oauth-client.ts'
import { authorize, postForm } from '../support/oauth-client.ts'
import { databases } from '../support/stores.ts'

describe.each(databases)('a host without an adapter, whose models we keep on %s', (database) => {
  let host: ForeignHost
  let parties: ForeignParties

  beforeEach(async () => {
    host = await openForeignHost({ database, ownAdapter: false })
    parties = partiesOf(host)
  })
  afterEach(() => host.close())

  const SPA = { id: 'spa', redirectUri: 'https://spa.foreign.test/callback' } as const
  const WISH = { login_hint: 'customer', scope: 'openid profile' }

  it('signs its ordinary users in and refreshes them as before', async () => {
    const grant = await parties.customerSignsIn('openid profile offline_access')
    expect(await parties.userinfo(grant.access_token)).toMatchObject({ status: 200 })
    expect(await parties.refresh(grant.refresh_token)).toMatchObject({ status: 200 })
    expect((await parties.introspect(grant.access_token)).body).toMatchObject({ active: true })
    expect(await parties.revoke(grant.refresh_token)).toMatchObject({ status: 200 })
    expect(await parties.refresh(grant.refresh_token)).toMatchObject({ status: 400 })
  })

  it('impersonates as any other host does', async () => {
    const start = await parties.started()
    const grant = await parties.refreshed(start.refresh_token)
    expect((await parties.introspect(grant.access_token)).body).toMatchObject({
      act: { sub: 'boss' },
    })
    await parties.end(grant.access_token)
    expect((await parties.introspect(grant.access_token)).body).toEqual({ active: false })
    expect(await parties.refresh(grant.refresh_token)).toMatchObject({ status: 400 })
  })

  it('ends an impersonation when the administrator signs out at the issuer', async () => {
    const start = await parties.started()
    await host.stores.sql("delete from oidc_model where model = 'Session'")
    expect(await parties.refresh(start.refresh_token)).toMatchObject({ status: 400 })
    expect(await host.storage.impersonations.find(start.impersonation_id)).toMatchObject({
      ended: { by: 'logout', reason: 'impersonator_signed_out' },
    })
  })

  it('exchanges an authorization code once, also when it comes twenty times at once', async () => {
    const { code, verifier } = await authorize(host.issuer, SPA, WISH)
    const exchange = (): Promise<Answer> =>
      postForm(`${host.issuer}/token`, {
        grant_type: 'authorization_code',
        client_id: SPA.id,
        redirect_uri: SPA.redirectUri,
        code,
        code_verifier: verifier,
      })
    const answers = await Promise.all(Array.from({ length: 20 }, exchange))
    const good = answers.filter(({ status }) => status === 200)
    expect(good).toHaveLength(1)
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect({ status, body }).toEqual({
        status: 400,
        body: { error: 'invalid_grant', error_description: 'grant request is invalid' },
      })
    }
    // RFC 6749 §4.1.2: what was issued for a code that comes again is revoked.
    const grant = good[0]?.body as Grant | undefined
    expect((await parties.introspect(grant?.access_token ?? '')).body).toEqual({ active: false })
  })

  it('keeps no value that opens anything', async () => {
    const service = await parties.serviceToken()
    const grant = await parties.customerSignsIn('openid profile offline_access')
    const start = await parties.started()
    const acted = await parties.refreshed(start.refresh_token)
    const secrets = [
      service,
      grant.access_token,
      grant.refresh_token,
      start.refresh_token,
      acted.access_token,
      acted.refresh_token,
    ]
    const dump = await host.stores.dump()
    for (const secret of secrets) expect(dump).not.toContain(secret)
  })
})
