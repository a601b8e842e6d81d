import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'

describe.each(['sqlite', 'postgres'] as const)('the main job on %s', (database) => {
  let booted: Booted
  let cast: Cast

  beforeAll(async () => {
    booted = await boot({ database })
    cast = castOf(booted)
  })
  afterAll(() => booted.close())

  it('starts, acts as the subject, and ends', async () => {
    const started = await cast.start({ body: { reason: 'cannot see charger 12' } })
    expect(started.status).toBe(200)
    const refreshed = await cast.refresh(started.body.refresh_token)
    expect(refreshed.status).toBe(200)
    const token = refreshed.body.access_token
    expect((await cast.userinfo(token)).body).toEqual({
      sub: 'usr_jane',
      name: 'Jane Doe',
      email: 'jane@customer.test',
      act: { sub: 'usr_root' },
      impersonation_id: started.body.impersonation_id,
      impersonation_mode: 'read_only',
    })
    expect((await cast.request('POST', '/api/v1/impersonation/end', { token })).status).toBe(204)
    expect((await cast.refresh(refreshed.body.refresh_token)).body.error).toBe('invalid_grant')
    expect((await cast.introspect(token)).body).toEqual({ active: false })
    const trail = await cast.audit({ impersonation: started.body.impersonation_id })
    expect(trail.map(({ action }) => action)).toEqual([
      'impersonation.started',
      'impersonation.refreshed',
      'impersonation.ended',
    ])
  })
})
