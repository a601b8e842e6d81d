import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { begin } from '../support/scene.ts'

interface Event {
  readonly id: string
  readonly ip: string | null
  readonly user_agent: string | null
}

describe.each(['sqlite', 'postgres'] as const)('a timeline, on %s', (database) => {
  const stage = onStage(database)

  const timeline = async (id: string, scope: string): Promise<Event[]> => {
    const token = await stage.cast.serviceToken('acme-backend', scope)
    const { status, body } = await stage.cast.request('GET', `/api/v1/impersonations/${id}`, {
      token,
    })
    expect(status).toBe(200)
    return body.timeline as Event[]
  }

  it('shows addresses and browsers to services that may read the audit trail, and to no other', async () => {
    const { id } = await begin(stage.cast)
    const whole = await timeline(id, 'read_impersonation read_audit')
    expect(whole[0]).toMatchObject({ action: 'impersonation.started', ip: '127.0.0.1' })
    expect(whole.every(({ ip, user_agent: browser }) => ip !== null && browser !== null)).toBe(true)
    expect(await timeline(id, 'root')).toEqual(whole)
    const bare = whole.map((event) => ({ ...event, ip: null, user_agent: null }))
    expect(await timeline(id, 'read_impersonation')).toEqual(bare)
    expect(await timeline(id, 'read_impersonation read_user')).toEqual(bare)
  })
})
