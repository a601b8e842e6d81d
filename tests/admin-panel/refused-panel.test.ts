import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../server/src/standalone/administration/create-app.ts'
import { commandLine } from '../../server/src/standalone/administration/requester.ts'
import type { PanelScene } from './panel-scene.ts'
import { panelScene } from './panel-scene.ts'
import { PanelVisitor, refusal, signedIn } from './panel-visitor.ts'

const REFUSED = refusal('server_error', 'PANEL_REFUSED', 'The issuer refuses the panel itself.')

let scene: PanelScene
const clients = new Map<string, string>()

/** A client as `npx understudy app create` makes one. */
async function register(clientId: string, serviceScope: string): Promise<void> {
  const { secret } = await createApp(
    scene.booted.parts,
    {
      clientId,
      name: clientId,
      type: 'web',
      redirectUris: [`${scene.url}/auth/callback`],
      postLogoutRedirectUris: [],
      scope: 'openid profile email offline_access',
      resources: [],
      requireConsent: false,
      serviceScope,
      introspectsAll: false,
    },
    commandLine,
  )
  clients.set(clientId, secret ?? '')
}

beforeAll(async () => {
  const env = { IMPERSONATOR_CLIENTS: 'admin-panel,bare,narrow,whole' }
  scene = await panelScene({ env })
  await register('bare', '')
  await register('narrow', 'read_app')
  await register('whole', 'root')
})
afterAll(() => scene.close())

const as = (clientId: string): Promise<void> =>
  scene.restartPanel({ clientId, clientSecret: clients.get(clientId) ?? '' })

describe('a panel that the issuer refuses', () => {
  it.each([
    ['has no client credentials', 'bare', 'requested grant type is not allowed'],
    ['has no service scope root', 'narrow', 'it said 403 S2S_SCOPE'],
  ])('because it %s says so, and not that nobody answers', async (_, clientId, said) => {
    await as(clientId)
    const { status, body, headers } = await new PanelVisitor(scene).signIn('root@acme.test')
    expect([status, headers.get('retry-after')]).toEqual([502, null])
    expect(body).toContain('The issuer refuses the panel itself.')
    expect(body).toContain('PANEL_REFUSED')
    expect(scene.log()).toMatch(new RegExp(said))
  })

  it('because its secret is wrong says so at the way back', async () => {
    await scene.restartPanel({ clientSecret: 'not the secret' })
    const answer = await new PanelVisitor(scene).signIn('root@acme.test')
    expect(answer.status).toBe(502)
    expect(answer.body).toContain('PANEL_REFUSED')
    expect(answer.headers.getSetCookie().join('')).not.toContain('understudy_panel=')
  })

  it('although people are signed in tells them so in JSON', async () => {
    await as('whole')
    const root = await signedIn(scene)
    expect((await root.get('/api/users')).status).toBe(200)
    await scene.restartIssuer({ IMPERSONATION_SERVICES: 'acme-backend' })
    const { status, body } = await root.post('/api/users/usr_jane/impersonation/acme-portal')
    expect([status, body]).toEqual([502, REFUSED])
    await scene.restartIssuer()
  })
})
