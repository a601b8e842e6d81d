import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { assertInvariants } from '../support/invariants.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { startNode } from '../support/node-process.ts'
import { rawRequest } from '../support/raw-request.ts'
import { clearStage, expectDead, expectEnded, roomy } from '../support/scene.ts'
import { untilAnswered } from '../support/until-answered.ts'

const ROUNDS = 12
const START = '/api/v1/users/usr_jane/impersonation/acme-portal'

describe.each(['sqlite', 'postgres'] as const)('a start at one node on %s', (database) => {
  let booted: Booted
  let cast: Cast
  let node: NodeProcess
  let headers: Record<string, string>
  let json: string

  beforeAll(async () => {
    booted = await boot({ database, env: roomy })
    cast = castOf(booted)
    const service = await cast.serviceToken()
    const { accessToken: impersonatorToken } = await cast.signIn('root@acme.test')
    headers = { authorization: `Bearer ${service}`, 'content-type': 'application/json' }
    json = JSON.stringify({ impersonatorToken })
  })
  beforeEach(async () => {
    await clearStage(booted)
    node = await startNode(booted)
  })
  afterEach(async () => {
    await node.stop()
    await assertInvariants(booted, cast)
  })
  afterAll(() => booted.close())

  /** The change is made here while the start runs there, a little earlier or later each time. */
  async function race(
    change: () => Promise<unknown>,
    about: { account: string } | { app: string },
  ): Promise<JsonAnswer[]> {
    const answers: JsonAnswer[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await clearStage(booted)
      const start = node.post(START, json, headers)
      await delay(round % 6)
      await change()
      await booted.parts.impersonation.changed(about)
      answers.push(await start)
      const { status, body } = answers.at(-1) as JsonAnswer
      if (status !== 200) continue
      // Before anybody has looked for it, the first use of the token does.
      const used = await cast.refresh(body.refresh_token)
      expect(used.body.error).toBe('app' in about ? 'invalid_client' : 'invalid_grant')
    }
    return answers
  }

  const expectOver = async (
    answers: readonly JsonAnswer[],
    codes: readonly string[],
    reason: 'subject_disabled' | 'subject_became_staff' | 'app_not_eligible',
  ): Promise<void> => {
    for (const { status, body } of answers) {
      if (status === 200) await expectEnded(booted, cast, body.impersonation_id, reason)
      else expect(codes).toContain(body.code)
    }
  }

  it('P03 while its subject is disabled at another is refused, or ended before it is used', async () => {
    const { accounts } = booted.parts.storage
    const disable = (): Promise<unknown> => accounts.setStatus('usr_jane', 'disabled')
    const answers = await race(disable, { account: 'usr_jane' })
    await expectOver(answers, ['TARGET_NOT_ALLOWED'], 'subject_disabled')
  })

  it('P06 while its subject is promoted at another is refused, or ended before it is used', async () => {
    const { accounts } = booted.parts.storage
    const promote = (): Promise<unknown> => accounts.setRoles('usr_jane', ['support_agent'])
    const answers = await race(promote, { account: 'usr_jane' })
    await expectOver(answers, ['TARGET_NOT_ALLOWED', 'NOT_FOUND'], 'subject_became_staff')
  })

  it('P07 while its app is disabled at another is refused, or ended before it is used', async () => {
    const { apps } = booted.parts.storage
    const disable = (): Promise<unknown> => apps.setEnabled('acme-portal', false)
    const answers = await race(disable, { app: 'acme-portal' })
    await expectOver(answers, ['APP_NOT_ELIGIBLE'], 'app_not_eligible')
    await apps.setEnabled('acme-portal', true)
    for (const { status, body } of answers)
      if (status === 200) await expectDead(cast, { refreshToken: body.refresh_token })
  })
})

describe.each(['sqlite', 'postgres'] as const)('limits on %s', (database) => {
  const env = { ...roomy, STARTS_PER_ACTOR: '10' }
  let booted: Booted
  let cast: Cast
  let other: Booted

  beforeAll(async () => {
    booted = await boot({ database, env })
    cast = castOf(booted)
    const { dataDir, databaseUrl } = booted.parts.server
    const shared = { DATA_DIR: dataDir, ISSUER: booted.issuer }
    const where = databaseUrl === undefined ? shared : { ...shared, DATABASE_URL: databaseUrl }
    other = await boot({ env: { ...env, ...where } })
  })
  afterAll(async () => {
    await other.close()
    await booted.close()
  })

  const startAt = async (node: Booted, service: string, actor: string): Promise<number> => {
    const lines = [
      `POST ${START} HTTP/1.1`,
      `Host: ${new URL(booted.issuer).host}`,
      `Authorization: Bearer ${service}`,
      'Content-Type: application/json',
    ]
    const json = JSON.stringify({ impersonatorToken: actor })
    return (await rawRequest(node, lines, json)).status
  }

  let ask: (node: Booted) => Promise<number>

  it('P14 are counted for all nodes together', async () => {
    const service = await cast.serviceToken()
    const { accessToken: actor } = await cast.signIn('root@acme.test')
    ask = (node) => startAt(node, service, actor)
    const statuses = await Promise.all(
      Array.from({ length: 15 }, () => [ask(booted), ask(other)]).flat(),
    )
    const count = (status: number): number => statuses.filter((one) => one === status).length
    expect([count(200), count(200) + count(409) + count(429)]).toEqual([1, 30])
    expect([await ask(booted), await ask(other)]).toEqual([429, 429])
  })

  it('and hold over a restart of a node', async () => {
    await booted.restart(env)
    await untilAnswered(booted)
    expect([await ask(booted), await ask(other)]).toEqual([429, 429])
    await assertInvariants(booted, cast)
  })
})
