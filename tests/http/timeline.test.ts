import { newId } from 'understudy'
import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { begin } from '../support/scene.ts'
import { auditEvent } from '../support/stores.ts'

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

  it('says whether requests had to be left out', async () => {
    const { id } = await begin(stage.cast)
    const { audit, unitOfWork } = stage.booted.parts.storage
    const read = async (): Promise<[unknown, string[]]> => {
      const { body } = await stage.cast.request('GET', `/api/v1/impersonations/${id}`, {
        token: stage.service,
      })
      const actions = (body.timeline as { action: string }[]).map(({ action }) => action)
      return [body.timeline_truncated as unknown, actions]
    }
    const flood = async (times: number): Promise<void> => {
      await unitOfWork.run(async () => {
        for (let at = 0; at < times; at += 1)
          await audit.record(
            auditEvent({
              id: newId('aud', Date.now()),
              at: Date.now(),
              action: 'impersonation.request',
              impersonation: id,
            }),
          )
      })
    }
    await flood(1000)
    const [isTruncated, actions] = await read()
    expect([isTruncated, actions[0], actions.length]).toEqual([
      undefined,
      'impersonation.started',
      1002,
    ])
    await flood(1)
    expect(await read()).toEqual([true, actions])
  })
})
