import { beforeEach, describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { flood, tally } from '../support/load-flood.ts'
import { advance, stopClock } from '../support/turned-clock.ts'

const EACH = 600

const LOOKS = [
  ['views', 'user.viewed', ['/users/usr_jane', '/users/usr_jane/consents']],
  ['searches', 'user.searched', ['/users?q=jane', '/users?limit=1']],
  ['audit_views', 'audit.viewed', ['/audit-events?limit=1', '/audit-events?action=key.rotated']],
] as const

describe.each(LOOKS)('looking without end, %s', { timeout: 120_000 }, (limit, action, paths) => {
  const stage = onStage('sqlite')
  beforeEach(stopClock)

  const look = async (times: number, actor: string): Promise<Readonly<Record<number, number>>> =>
    tally(
      await flood(stage.booted, times, 8, (n) => ({
        method: 'GET',
        path: `/api/v1${paths[n % 2]}`,
        headers: { authorization: `Bearer ${stage.service}`, 'actor-token': actor },
      })),
    )

  it('is refused to an administrator after a while, and to nobody else', async () => {
    const agent = await stage.token('agent@acme.test')
    const events = await stage.trail(async () => {
      expect(await look(1000, agent)).toEqual({ 200: EACH, 429: 400 })
      advance(61)
      await stage.booted.parts.impersonation.recordCounted()
    })
    const looked = events.filter((event) => event.action === action)
    expect(looked).toHaveLength(EACH)
    const subject = limit === 'views' ? 'usr_jane' : null
    for (const event of looked)
      expect(event).toMatchObject({ actor: 'usr_agent', subject, outcome: 'success' })
    const exceeded = events.filter((event) => event.action === 'rate_limit.exceeded')
    expect(events).toHaveLength(looked.length + exceeded.length)
    expect(exceeded).toHaveLength(121)
    for (const event of exceeded)
      expect(event).toMatchObject({
        actor: 'usr_agent',
        service: 'acme-backend',
        code: 'RATE_LIMITED',
        details: { limit },
      })
    expect(exceeded.at(-1)?.details).toEqual({ limit, count: 280 })

    expect(await look(1, agent)).toEqual({ 429: 1 })
    expect(await look(10, stage.root)).toEqual({ 200: 10 })
    advance(600)
    const [service, again] = [
      await stage.cast.serviceToken(),
      await stage.cast.signIn('agent@acme.test'),
    ]
    const answer = await stage.cast.request('GET', `/api/v1${paths[0]}`, {
      token: service,
      headers: { 'actor-token': again.accessToken },
    })
    expect(answer.status).toBe(200)
  })
})
