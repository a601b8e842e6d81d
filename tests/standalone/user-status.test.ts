import { describe, expect, it } from 'vitest'
import { eraseUser } from '../../server/src/standalone/administration/erase-user.ts'
import { commandLine } from '../../server/src/standalone/administration/requester.ts'
import { setUserStatus } from '../../server/src/standalone/administration/set-user-status.ts'
import { errorBody, onStage } from '../support/attack.ts'
import { besides } from '../support/beside.ts'
import type { SignedIn } from '../support/cast.ts'
import { authorization, Visitor } from '../support/visitor.ts'

const PORTAL = { clientId: 'acme-portal', redirectUri: 'http://localhost:4002/callback' }

describe.each(['sqlite', 'postgres'] as const)('an account that is disabled, on %s', (database) => {
  const stage = onStage(database)

  const set = (sub: string, status: 'active' | 'disabled'): Promise<boolean> =>
    setUserStatus(stage.booted.parts, sub, status, commandLine)
  /** What of a sign-in still opens something. */
  async function whatOpens({ accessToken, refreshToken = '', jar }: SignedIn): Promise<string[]> {
    const visitor = new Visitor(stage.booted.issuer)
    for (const [name, value] of jar.cookies) visitor.jar.cookies.set(name, value)
    const { url } = await visitor.open(authorization('acme-portal', { prompt: 'none' }).address)
    const opens: Record<string, boolean> = {
      'access token': (await stage.cast.userinfo(accessToken)).status === 200,
      'refresh token': (await stage.cast.refresh(refreshToken)).status === 200,
      session: new URL(url).searchParams.has('code'),
    }
    return Object.keys(opens).filter((name) => opens[name])
  }

  it('has nothing left to open once it is enabled again', async () => {
    const jane = (): Promise<SignedIn> => stage.cast.signIn('jane@customer.test', PORTAL)
    expect(await whatOpens(await jane())).toEqual(['access token', 'refresh token', 'session'])
    const signedIn = await jane()
    const events = await stage.trail(async () => {
      await set('usr_jane', 'disabled')
      await set('usr_jane', 'active')
    })
    expect(await whatOpens(signedIn)).toEqual([])
    expect(events.map(({ action, subject, details }) => [action, subject, details])).toEqual([
      ['user.disabled', 'usr_jane', { by: 'command line' }],
      ['user.enabled', 'usr_jane', { by: 'command line' }],
    ])
    expect(await whatOpens(await jane())).toContain('access token')
  })

  it('does not impersonate with a token of before', async () => {
    const { accessToken } = await stage.cast.signIn('root@acme.test')
    await set('usr_root', 'disabled')
    await set('usr_root', 'active')
    const { status, body } = await stage.start({ actor: accessToken })
    expect([status, body]).toEqual([403, errorBody('IMPERSONATOR_TOKEN_INVALID')])
  })

  it('loses what apps hold of logins that are over, too', async () => {
    const params = { prompt: 'consent' }
    const scope = 'openid offline_access'
    const signedIn = await stage.cast.signIn('omar@customer.test', { ...PORTAL, scope, params })
    const beside = await besides(stage.booted)
    await beside.sql(`delete from oidc_model where model = 'Session'`)
    await beside.close()
    await set('usr_omar', 'disabled')
    await set('usr_omar', 'active')
    expect(await whatOpens(signedIn)).toEqual([])
  })

  it('has nothing left either when it was erased', async () => {
    const signedIn = await stage.cast.signIn('omar@customer.test', PORTAL)
    await eraseUser(stage.booted.parts, 'usr_omar', commandLine)
    await set('usr_omar', 'active')
    expect(await whatOpens(signedIn)).toEqual([])
  })
})
