import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { ownTime } from '../support/own-time.ts'
import { begin } from '../support/scene.ts'
import { stopClock } from '../support/turned-clock.ts'

/** So many at once, until all are done. */
async function flood<T>(
  total: number,
  atOnce: number,
  ask: (n: number) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < total) answers.push(await ask(next++))
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return answers
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

describe('floods', () => {
  const stage = onStage('sqlite', { STARTS_PER_SERVICE: '100', LOG_LEVEL: 'error' })

  it('M05 of guessed refresh tokens find nothing, write nothing and disturb nobody', async () => {
    const begun = await begin(stage.cast, { service: stage.service, actor: stage.root })
    const events = await stage.trail(async () => {
      const answers = await flood(300, 16, () =>
        stage.cast.refresh(randomBytes(32).toString('base64url')),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
    })
    expect(events).toEqual([])
    expect((await stage.cast.refresh(begun.refreshToken)).status).toBe(200)
  })

  it('M06 with bad service tokens cost little, and no more of the trail than is needed to know', async () => {
    const before = cpu()
    const events = await stage.trail(async () => {
      const answers = await flood(900, 16, () => stage.start({ service: 'guessed', actor: 'x' }))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    })
    // Client and server share this process.
    expect((cpu() - before) / 900).toBeLessThan(10)
    const told = events.filter(({ action }) => action === 's2s.auth_failed').length
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThan(300)
    expect(events.length).toBe(told)
    expect((await stage.start()).status).toBe(200)
  })

  it('M07 with a good service token and bad ones of administrators stop at the limit of the service', async () => {
    await stage.restart({ STARTS_PER_SERVICE: '100', LOG_LEVEL: 'error' })
    stopClock()
    const events = await stage.trail(async () => {
      const answers = await flood(500, 16, () => stage.start({ actor: 'guessed' }))
      const count = (status: number): number =>
        answers.filter((one) => one.status === status).length
      expect([count(403), count(429)]).toEqual([100, 400])
    })
    const count = (action: string): number =>
      events.filter((event) => event.action === action).length
    for (const action of ['impersonation.denied', 'rate_limit.exceeded']) {
      expect(count(action)).toBeGreaterThan(0)
      expect(count(action)).toBeLessThan(250)
    }
    await stage.restart({ STARTS_PER_SERVICE: '100', LOG_LEVEL: 'error' })
    expect((await stage.start()).status).toBe(200)
  })

  it('M08 of passwords leave the others their turn, and are told to come back when there are too many', async () => {
    const begun = await begin(stage.cast, { service: stage.service, actor: stage.root })
    const { verifyPassword, hashPassword, PasswordsBusy } =
      await import('../../server/src/standalone/credentials/passwords.ts')
    const stored = await hashPassword('right')
    const pending = new Set(['checks'])
    const checks = Promise.allSettled(
      Array.from({ length: 700 }, () => verifyPassword(stored, 'wrong')),
    ).finally(() => {
      pending.clear()
    })
    const clock = ownTime()
    const waits: number[] = []
    while (pending.size > 0) {
      const asked = clock.ms()
      expect((await stage.cast.userinfo(begun.accessToken)).status).toBe(200)
      waits.push(clock.ms() - asked)
    }
    clock.stop()
    const results = await checks
    expect(waits.length).toBeGreaterThan(20)
    expect(Math.max(...waits)).toBeLessThan(500)
    expect(waits.toSorted((a, b) => b - a)[Math.floor(waits.length / 100)]).toBeLessThan(200)
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused.length).toBeGreaterThan(100)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(PasswordsBusy)
    expect(await verifyPassword(stored, 'right')).toBe(true)
  })

  it('M15 of clients that come back after an outage are all served, once', async () => {
    const begun = await begin(stage.cast, { service: stage.service, actor: stage.root })
    await stage.restart()
    const answers = await flood(500, 100, () => stage.cast.introspect(begun.accessToken))
    expect(answers.every(({ status, body }) => status === 200 && body.active === true)).toBe(true)
    expect((await stage.cast.refresh(begun.refreshToken)).status).toBe(200)
  })
})
