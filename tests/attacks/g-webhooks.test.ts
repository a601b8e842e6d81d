import { createRemoteJWKSet, jwtVerify } from 'jose'
import { endImpersonation, newId } from 'understudy'
import type { EndReason } from 'understudy'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Stage } from '../support/attack.ts'
import { onStage } from '../support/attack.ts'
import { ownTime } from '../support/own-time.ts'
import { sealing } from '../support/seal-booted.ts'
import { roomy } from '../support/scene.ts'
import { advance } from '../support/turned-clock.ts'
import { deliverWebhooks, subscribe, unsubscribeAll } from '../support/webhook-node.ts'
import type { Received, WebhookReceiver } from '../support/webhook-receiver.ts'
import { hang, startWebhookReceiver, status } from '../support/webhook-receiver.ts'

const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

/** Every way it can end, who is said to have done it, and in which words. */
const ENDS: readonly (readonly [EndReason, string, string])[] = [
  ['ended_by_impersonator', 'admin', 'ended by impersonator'],
  ['ended_by_subject', 'user', 'ended by subject'],
  ['revoked_by_admin', 'admin', 'revoked by admin'],
  ['lifetime_over', 'system', 'lifetime over'],
  ['reuse_detected', 'policy', 'reuse detected'],
  ['impersonator_disabled', 'policy', 'impersonator disabled'],
  ['impersonator_signed_out', 'admin', 'impersonator signed out'],
]

interface Message {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

const parse = ({ body }: Received): Message => JSON.parse(body) as Message
const typesOf = (received: readonly Received[]): string[] => received.map((one) => parse(one).type)

describe.each(['sqlite', 'postgres'] as const)('webhooks on %s', (database) => {
  const stage: Stage = onStage(database, roomy)
  let receiver: WebhookReceiver
  beforeAll(async () => {
    receiver = await startWebhookReceiver()
  })
  afterEach(async () => {
    await unsubscribeAll(stage.booted.parts)
    receiver.received.length = 0
    receiver.answer = status(204)
  })
  afterAll(() => receiver.close())

  const revoke = (id: string): Promise<{ status: number }> =>
    stage.cast.request('DELETE', `/api/v1/impersonations/${id}`, { token: stage.service })
  const beginAndEnd = async (): Promise<string> => {
    const { body } = await stage.start()
    const id = body.impersonation_id as string
    expect((await revoke(id)).status).toBe(204)
    return id
  }
  const endOf = async (id: string, reason: EndReason): Promise<void> => {
    const { parts } = stage.booted
    const found = await parts.storage.impersonations.find(id)
    if (found === undefined) throw new Error(`no ${id}`)
    const ports = { ...parts, ...parts.storage, newId }
    await parts.storage.unitOfWork.run(() => endImpersonation(ports, found, reason))
  }

  it('G16 tells of every end with a signed security event token, and of nothing else', async () => {
    const { parts, issuer } = stage.booted
    await subscribe(parts, { url: receiver.url, format: 'caep', audience: 'https://rs.example' })
    const ids: string[] = []
    for (const [reason] of ENDS) {
      const { body } = await stage.start({ body: { reason: 'a@b.example cannot pay' } })
      ids.push(body.impersonation_id as string)
      await endOf(body.impersonation_id as string, reason)
      await deliverWebhooks(parts)
    }
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
    const expected = { issuer, audience: 'https://rs.example', typ: 'secevent+jwt' }
    expect(receiver.received).toHaveLength(ENDS.length)
    for (const [index, { headers, body }] of receiver.received.entries()) {
      expect(headers['content-type']).toBe('application/secevent+jwt')
      const [, entity, words] = ENDS[index] ?? []
      const id = ids[index] ?? ''
      const at = (await parts.storage.impersonations.find(id))?.ended?.at ?? 0
      const { payload, protectedHeader } = await jwtVerify(body, keys, expected)
      expect(protectedHeader.alg).toBe('ES256')
      expect(payload).toEqual({
        iss: issuer,
        aud: 'https://rs.example',
        iat: expect.any(Number),
        jti: expect.stringMatching(new RegExp(`^${id}_ended_whe_[0-9a-f]{20}$`)),
        txn: id,
        sub_id: {
          format: 'complex',
          session: { format: 'opaque', id },
          user: { format: 'iss_sub', iss: issuer, sub: 'usr_jane' },
        },
        events: {
          [REVOKED]: {
            event_timestamp: Math.floor(at / 1000),
            initiating_entity: entity,
            reason_admin: { en: words },
          },
        },
      })
      expectNoSecrets(JSON.stringify(payload))
    }
  })

  it('G17 brings each message in order and once, whatever the receiver did before', async () => {
    const { parts } = stage.booted
    const elsewhere = await startWebhookReceiver()
    await subscribe(parts, { url: receiver.url })
    receiver.answer = hang
    const id = (await stage.start()).body.impersonation_id as string
    const clock = ownTime()
    const hanging = deliverWebhooks(parts)
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 10_000 })
    // Nobody waits for somebody who hangs.
    expect((await revoke(id)).status).toBe(204)
    expect(clock.ms()).toBeLessThan(4500)
    clock.stop()
    await hanging
    for (const answer of [
      status(500),
      status(302, { location: elsewhere.url }),
      status(307, { location: elsewhere.url }),
      status(429),
    ]) {
      receiver.answer = answer
      const before = receiver.received.length
      await deliverWebhooks(parts)
      expect(receiver.received).toHaveLength(before)
      advance(600)
      await deliverWebhooks(parts)
      expect(receiver.received).toHaveLength(before + 1)
    }
    expect(stage.booted.log()).toMatch(/"failures":5,"reason":"status 429","alarm":true/)
    receiver.answer = status(202)
    advance(3600)
    await deliverWebhooks(parts)
    await deliverWebhooks(parts)
    expect(typesOf(receiver.received)).toEqual([
      ...Array.from({ length: 6 }, () => 'impersonation.started'),
      'impersonation.ended',
    ])
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
    expect(receiver.received.slice(-2).map((one) => parse(one).data)).toEqual([
      expect.objectContaining({ impersonation_id: id, ended_at: null, end_reason: null }),
      expect.objectContaining({ impersonation_id: id, end_reason: 'revoked_by_admin' }),
    ])
    for (const { body } of receiver.received) expectNoSecrets(body)
    expect(elsewhere.received).toEqual([])
    await elsewhere.close()
  })

  it('gives up after thirteen attempts and about a day, on record and with an alarm', async () => {
    const { parts } = stage.booted
    const { endpoint } = await subscribe(parts, {
      url: receiver.url,
      events: ['impersonation.ended'],
    })
    receiver.answer = status(400)
    const id = await beginAndEnd()
    for (let tried = 1; tried <= 13; tried++) {
      await deliverWebhooks(parts)
      expect(receiver.received).toHaveLength(tried)
      if (tried < 13) advance(1.21 * Math.min(14_400, 10 * 3 ** (tried - 1)))
    }
    await deliverWebhooks(parts)
    expect(receiver.received).toHaveLength(13)
    const details = { endpoint: endpoint.id, event: 'impersonation.ended', attempts: 13 }
    expect(await stage.cast.audit({ action: 'webhook.failed', impersonation: id })).toEqual([
      expect.objectContaining({
        outcome: 'failure',
        details: { ...details, error: 'status 400' },
      }),
    ])
    expect(stage.booted.log()).toContain('"alarm":true,"msg":"webhook given up"')
    expect(await parts.storage.webhookDeliveries.count(endpoint.id, 10)).toMatchObject({
      waiting: 0,
    })
  })

  it('K06 keeps the audit trail whole while its sink is down, and makes up for it afterwards', async () => {
    const { parts } = stage.booted
    const { endpoint } = await subscribe(parts, { url: receiver.url, events: ['audit.*'] })
    const { seal } = await sealing(stage.booted)
    await seal()
    const from = (await parts.storage.auditSeal.head()).seq
    await parts.storage.webhookEndpoints.note(endpoint.id, { auditSeq: from })
    receiver.answer = status(503)
    for (let outage = 1; outage <= 5; outage++) {
      const clock = ownTime()
      await beginAndEnd()
      expect(clock.ms()).toBeLessThan(4000)
      clock.stop()
      await seal()
      await deliverWebhooks(parts)
      advance(12 * 3 ** (outage - 1))
    }
    expect(stage.booted.log()).toMatch(/"failures":5,"reason":"status 503","alarm":true/)
    // The trail itself is what waits.
    expect(await parts.storage.webhookDeliveries.count(endpoint.id, 10)).toMatchObject({
      waiting: 0,
    })
    receiver.received.length = 0
    receiver.answer = status(204)
    await deliverWebhooks(parts)
    await deliverWebhooks(parts)
    const sent = receiver.received.flatMap((one) => parse(one).data['events'] as { seq: number }[])
    const head = (await parts.storage.auditSeal.head()).seq
    expect(sent.map(({ seq }) => seq)).toEqual(
      Array.from({ length: head - from }, (_, index) => from + 1 + index),
    )
    expect(Object.keys(sent[0] ?? {}).join(' ')).toBe(
      'seq id at action outcome code actor s2s_client subject organization app impersonation request_id',
    )
    for (const { body } of receiver.received) expectNoSecrets(body)
  })

  it('is told nothing of a start that never was, and once of ends that raced', async () => {
    const { parts } = stage.booted
    await subscribe(parts, { url: receiver.url })
    const both = await Promise.all([stage.start(), stage.start()])
    const id = both.find((one) => one.status === 200)?.body.impersonation_id as string
    await Promise.all([revoke(id), revoke(id), revoke(id)])
    await deliverWebhooks(parts)
    expect(typesOf(receiver.received)).toEqual(['impersonation.started', 'impersonation.ended'])
  })

  function expectNoSecrets(body: string): void {
    expect(body).not.toContain('@')
    for (const secret of stage.cast.secrets) expect(body).not.toContain(secret)
  }
})
