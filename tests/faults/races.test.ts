import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { assertInvariants } from '../support/invariants.ts'
import { startNode } from '../support/node-process.ts'
import { onScene } from '../support/on-scene.ts'
import {
  begin,
  clearStage,
  expectDead,
  expectEnded,
  expectOpen,
  started,
} from '../support/scene.ts'

const CUSTOMERS = ['usr_jane', 'usr_omar']

describe.each(['sqlite', 'postgres'] as const)('races on %s', (database) => {
  let booted: Booted
  let cast: Cast
  onScene(database, (scene) => {
    ;({ booted, cast } = scene)
  })

  const statuses = (answers: readonly JsonAnswer[]): number[] =>
    answers.map(({ status }) => status).toSorted((one, other) => one - other)
  const refreshForm = (token: string): string =>
    new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'acme-portal',
      refresh_token: token,
    }).toString()

  it('P01 starts one of 50 at the same moment and tells the others which one', async () => {
    await started(cast)
    await clearStage(booted)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, turn) => cast.start({ user: CUSTOMERS[turn % 2] ?? '' })),
    )
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 49 }, () => 409)])
    const won = answers.find(({ status }) => status === 200)
    const named = answers.flatMap(({ status, body }) =>
      status === 409 ? [body.impersonation.id] : [],
    )
    expect(new Set(named)).toEqual(new Set([won?.body.impersonation_id]))
    expect((await cast.refresh(won?.body.refresh_token)).status).toBe(200)
  })

  it('P02 starts one over an open row whose time is over, and ends that one once', async () => {
    const old = await begin(cast)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime((old.expiresOn + 5) * 1000)
    const service = await cast.serviceToken()
    const { accessToken: actor } = await cast.signIn('root@acme.test')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => cast.start({ service, actor })),
    )
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 19 }, () => 409)])
    await expectEnded(booted, cast, old.id, 'lifetime_over')
    await clearStage(booted)
  })

  it('P08 answers 200 or 400 around the last second, never a 500, and nothing outlives it', async () => {
    for (const before of [2000, 1001, 1000, 999, 500, 1, 0]) {
      const begun = await begin(cast)
      vi.useFakeTimers({ toFake: ['Date'] })
      vi.setSystemTime(begun.expiresOn * 1000 - before)
      const [refreshed, userinfo] = await Promise.all([
        cast.refresh(begun.refreshToken),
        cast.userinfo(begun.accessToken),
      ])
      // The access token of the start has had its five minutes.
      expect(userinfo.status).toBe(401)
      const seconds = Math.ceil(before / 1000)
      expect([refreshed.status, refreshed.body.expires_in]).toEqual(
        before > 0 ? [200, seconds] : [400, undefined],
      )
      vi.setSystemTime(begun.expiresOn * 1000)
      await expectDead(cast, begun)
      await expectEnded(booted, cast, begun.id, 'lifetime_over')
      await assertInvariants(booted, cast)
      vi.useRealTimers()
    }
  })

  it('F05 gives one success of 20 parallel refreshes at four processes, round after round', async () => {
    const nodes = await Promise.all(Array.from({ length: 4 }, () => startNode(booted)))
    try {
      for (let round = 0; round < 25; round++) {
        const { body } = await started(cast)
        const form = refreshForm(body.refresh_token)
        const answers = await Promise.all(
          Array.from({ length: 5 }, () => nodes.map((node) => node.post('/token', form))).flat(),
        )
        expect(statuses(answers)).toEqual([200, ...Array.from({ length: 19 }, () => 400)])
        const won = answers.find(({ status }) => status === 200)?.body
        await expectDead(cast, { refreshToken: won.refresh_token, accessToken: won.access_token })
        await expectEnded(booted, cast, body.impersonation_id, 'reuse_detected')
      }
    } finally {
      const ends = await Promise.all(nodes.map((node) => node.stop()))
      expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    }
  }, 120_000)

  it('N22 lets 50 starts that run when it is told to stop have their answer, and leaves with 0', async () => {
    const node = await startNode(booted)
    const service = await cast.serviceToken()
    const { accessToken: actor } = await cast.signIn('root@acme.test')
    const headers = { authorization: `Bearer ${service}`, 'content-type': 'application/json' }
    const json = JSON.stringify({ impersonatorToken: actor })
    const starts = Array.from({ length: 50 }, () =>
      node
        .post('/api/v1/users/usr_jane/impersonation/acme-portal', json, headers)
        .catch((error: unknown) => error as Error),
    )
    await delay(30)
    const begunAt = Date.now()
    const { code, output } = await node.stop()
    expect(code).toBe(0)
    expect(Date.now() - begunAt).toBeLessThan(10_000)
    const answers = (await Promise.all(starts)).filter((answer) => 'status' in answer)
    const tokens = answers.flatMap(({ status, body }) => (status === 200 ? [body] : []))
    for (const { status } of answers) expect([200, 409, 503]).toContain(status)
    expect(tokens.length).toBeLessThanOrEqual(1)
    for (const { impersonation_id: id, refresh_token: token } of tokens) {
      await expectOpen(booted, cast, id)
      expect((await cast.refresh(token)).status).toBe(200)
      expect(output).not.toContain(token)
    }
  })
})
