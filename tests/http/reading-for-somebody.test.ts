import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorBody, onStage } from '../support/attack.ts'
import { begin } from '../support/scene.ts'
import type { JsonAnswer } from '../support/cast.ts'

const READS = [
  ['/users?q=jane', 'user.searched'],
  ['/users/usr_jane', 'user.viewed'],
  ['/users/usr_jane/consents', 'user.viewed'],
  ['/audit-events?limit=1', 'audit.viewed'],
  ['/audit-events/export?format=csv&action=key.rotated', 'audit.exported'],
  ['/impersonations', null],
  ['/impersonations/{id}', null],
] as const

describe.each(['sqlite', 'postgres'] as const)('the header Actor-Token, on %s', (database) => {
  const stage = onStage(database)
  let id: string

  beforeAll(async () => {
    const { body } = await stage.cast.start()
    id = body.impersonation_id
  })
  afterAll(() => stage.booted.parts.storage.accounts.setStatus('usr_root', 'active'))

  const read = (path: string, token?: string): Promise<JsonAnswer> =>
    stage.cast.request('GET', `/api/v1${path.replace('{id}', id)}`, {
      token: stage.service,
      ...(token !== undefined && { headers: { 'Actor-Token': token } }),
    })

  it.each(READS)('names who reads %s, in its audit event', async (path, action) => {
    const trail = await stage.trail(async () => {
      expect((await read(path)).status).toBe(200)
      expect((await read(path, stage.root)).status).toBe(200)
    })
    const named = trail.filter((event) => event.action === action)
    const actors = new Set(named.map(({ actor, service }) => `${actor} ${service}`))
    const both = ['null acme-backend', 'usr_root acme-backend']
    expect([...actors]).toEqual(action === null ? [] : both)
  })

  it.each(READS)('is refused for %s when it is not an administrator’s token', async (path) => {
    const begun = await begin(stage.cast, { actor: await stage.token('root2@acme.test') })
    for (const token of ['', 'unknown', stage.service, begun.accessToken, begun.idToken]) {
      let answer: JsonAnswer | undefined
      const trail = await stage.trail(async () => {
        answer = await read(path, token)
      })
      expect(answer?.status).toBe(403)
      expect(answer?.headers.get('cache-control')).toBe('no-store')
      expect(answer?.body).toEqual(errorBody('IMPERSONATOR_TOKEN_INVALID'))
      expect(trail).toEqual([
        expect.objectContaining({
          action: 's2s.auth_failed',
          outcome: 'denied',
          code: 'IMPERSONATOR_TOKEN_INVALID',
          service: 'acme-backend',
        }),
      ])
    }
  })

  it('needs neither a role nor a second factor, but an account that is not disabled', async () => {
    const { accounts } = stage.booted.parts.storage
    const jane = (await stage.cast.signIn('agent@acme.test', { params: { acr_values: '' } }))
      .accessToken
    expect((await read('/users', jane)).status).toBe(200)
    await accounts.setStatus('usr_root', 'disabled')
    const refused = await read('/users', stage.root)
    await accounts.setStatus('usr_root', 'active')
    expect([refused.status, refused.body]).toEqual([403, errorBody('IMPERSONATOR_NOT_ALLOWED')])
  })
})
