import { openStorage } from 'understudy'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startBackground } from '../../server/src/standalone/background.ts'
import { attempt } from '../../server/src/standalone/webhooks/attempt.ts'
import type { Reach } from '../../server/src/standalone/webhooks/reach.ts'
import { refuseUrl, resolveWithDns } from '../../server/src/standalone/webhooks/reach.ts'
import { rotateWebhook } from '../../server/src/standalone/webhooks/rotate-webhook.ts'
import { leaseOf } from '../../server/src/standalone/webhooks/serve-endpoint.ts'
import { tryWebhook } from '../../server/src/standalone/webhooks/try-webhook.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { CommandLine } from '../support/command-line.ts'
import { commandLine, valueOf } from '../support/command-line.ts'
import { clearStage, roomy, started } from '../support/scene.ts'
import { advance, resetClock } from '../support/turned-clock.ts'
import { deliverWebhooks, subscribe, unsubscribeAll, webhookNode } from '../support/webhook-node.ts'
import type { WebhookReceiver } from '../support/webhook-receiver.ts'
import { signatureOf, startWebhookReceiver, status } from '../support/webhook-receiver.ts'

let receiver: WebhookReceiver
beforeAll(async () => {
  receiver = await startWebhookReceiver()
})
afterEach(() => {
  receiver.received.length = 0
  receiver.answer = status(204)
})
afterAll(() => receiver.close())

describe.each(['sqlite', 'postgres'] as const)('webhooks on %s', (database) => {
  let booted: Booted
  let cast: Cast
  beforeAll(async () => {
    booted = await boot({ database, env: roomy })
    cast = castOf(booted)
    await clearStage(booted)
  })
  afterEach(async () => {
    await unsubscribeAll(booted.parts)
    await clearStage(booted)
  })
  afterAll(() => booted.close())

  it('are Standard Webhooks: id, time and body are bound by one signature', async () => {
    const { parts } = booted
    const { secret } = await subscribe(parts, { url: receiver.url })
    const { body } = await started(cast, { body: { reason: 'a@b.example', mode: 'full' } })
    const id = body.impersonation_id as string
    await clearStage(booted)
    await deliverWebhooks(parts)
    const record = await parts.storage.impersonations.find(id)
    const time = (at = 0): string => new Date(at).toISOString()
    const about = {
      impersonation_id: id,
      actor: 'usr_root',
      subject: 'usr_jane',
      app: 'acme-portal',
      mode: 'full',
      started_at: time(record?.startedAt),
      expires_at: time(record?.expiresAt),
    }
    const ended_at = time(record?.ended?.at)
    expect(receiver.received.map((one) => JSON.parse(one.body) as unknown)).toEqual([
      {
        type: 'impersonation.started',
        timestamp: about.started_at,
        data: { ...about, ended_at: null, ended_by: null, end_reason: null },
      },
      {
        type: 'impersonation.ended',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
        data: { ...about, ended_at, ended_by: 'admin', end_reason: 'revoked_by_admin' },
      },
    ])
    for (const one of receiver.received) {
      expect(one.headers['content-type']).toBe('application/json')
      expect(one.headers['webhook-id']).toMatch(/^imp_\w+_(started|ended)_whe_[0-9a-f]{20}$/)
      expect(Math.abs(Number(one.headers['webhook-timestamp']) - one.at / 1000)).toBeLessThan(5)
      expect(one.headers['webhook-signature']).toBe(signatureOf(one, secret ?? ''))
    }
  })

  it('are signed with the old secret, too, until the overlap of a rotation is over', async () => {
    const { parts } = booted
    const { endpoint, secret: first } = await subscribe(parts, { url: receiver.url })
    const signers = async (...secrets: (string | null)[]): Promise<void> => {
      receiver.received.length = 0
      await started(cast)
      await clearStage(booted)
      await deliverWebhooks(parts)
      expect(receiver.received).toHaveLength(2)
      for (const one of receiver.received) {
        const wanted = secrets.map((secret) => signatureOf(one, secret ?? ''))
        expect(one.headers['webhook-signature']).toBe(wanted.join(' '))
      }
    }
    const by = { actor: null, origin: null, by: 'test' }
    const minute = 60_000
    const before = parts.clock()
    const second = await rotateWebhook(parts, endpoint.id, minute, by)
    expect(second.until - before).toBeGreaterThanOrEqual(minute)
    await signers(second.secret, first)
    // Only one secret before the newest is known at a time.
    const third = await rotateWebhook(parts, endpoint.id, minute, by)
    await signers(third.secret, second.secret)
    advance(61)
    await signers(third.secret)
    resetClock()
    const fourth = await rotateWebhook(parts, endpoint.id, 0, by)
    await signers(fourth.secret)
    const events = await cast.audit({ action: 'key.rotated' })
    expect(events.map(({ details }) => details)).toEqual(
      [second, third, fourth].map(({ until }) => ({
        endpoint: endpoint.id,
        until: new Date(until).toISOString(),
        by: 'test',
      })),
    )
  })

  it('are not given a secret over one that somebody else has just drawn', async () => {
    const { parts } = booted
    const { endpoint } = await subscribe(parts, { url: receiver.url })
    const by = { actor: null, origin: null, by: 'test' }
    await rotateWebhook(parts, endpoint.id, 0, by)
    // As somebody who has looked before that.
    const { storage } = parts
    const webhookEndpoints = {
      ...storage.webhookEndpoints,
      list: () => Promise.resolve([endpoint]),
    }
    const late = { ...parts, storage: { ...storage, webhookEndpoints } }
    await expect(rotateWebhook(late, endpoint.id, 0, by)).rejects.toThrow(
      `Somebody else has changed ${endpoint.id} at the same moment.`,
    )
    const token = await subscribe(parts, { url: receiver.url, format: 'caep' })
    await expect(rotateWebhook(parts, token.endpoint.id, 0, by)).rejects.toThrow(
      `${token.endpoint.id} has no secret: its tokens are signed with the issuer’s keys.`,
    )
    await expect(rotateWebhook(parts, 'whe_none', 0, by)).rejects.toThrow(
      'There is no webhook whe_none.',
    )
  })

  it('are sent once each, however many nodes look at the same time', async () => {
    const { parts } = booted
    await subscribe(parts, { url: receiver.url })
    const { databaseUrl, dataDir } = parts.server
    const beside = openStorage(databaseUrl === undefined ? { folder: dataDir } : { databaseUrl })
    const storages = [parts.storage, beside, parts.storage, beside]
    const nodes = storages.map((storage) => webhookNode({ ...parts, storage }))
    receiver.answer = (response) => setImmediate(() => response.writeHead(200).end('x'.repeat(1e6)))
    for (let round = 0; round < 5; round++) {
      await started(cast)
      await Promise.all(nodes.map((node) => node.turn(round + 1, () => false)))
      await clearStage(booted)
      await Promise.all(nodes.map((node) => node.turn(round + 1, () => false)))
    }
    await Promise.all(nodes.map((node) => node.finish()))
    await deliverWebhooks(parts)
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(ids).toHaveLength(10)
    expect(new Set(ids).size).toBe(10)
    await beside.close()
  })

  it('are sent by another node when the one that served the endpoint is gone', async () => {
    const { parts } = booted
    const { endpoint } = await subscribe(parts, {
      url: receiver.url,
      events: ['impersonation.started'],
    })
    await parts.storage.leases.take(leaseOf(endpoint), 'gone', 30_000)
    await started(cast)
    await deliverWebhooks(parts)
    expect(receiver.received).toEqual([])
    advance(31)
    await deliverWebhooks(parts)
    expect(receiver.received).toHaveLength(1)
    resetClock()
  })

  it('are sent by the server itself, and not by one that was told to stop', async () => {
    const { parts } = booted
    await subscribe(parts, { url: receiver.url })
    const background = startBackground(parts)
    await started(cast)
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 20_000 })
    await background.stop()
    await clearStage(booted)
    expect(receiver.received).toHaveLength(1)
    await deliverWebhooks(parts)
    expect(receiver.received).toHaveLength(2)
  })

  it('verify a stream of tokens with an event of their own', async () => {
    const { parts } = booted
    const { endpoint } = await subscribe(parts, { url: receiver.url, format: 'caep' })
    expect(await tryWebhook(parts, endpoint)).toEqual({ sent: true })
    const [, payload = ''] = receiver.received[0]?.body.split('.') ?? []
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      iss: booted.issuer,
      aud: new URL(receiver.url).origin,
      iat: expect.any(Number),
      jti: expect.stringMatching(/^test_/),
      sub_id: { format: 'opaque', id: endpoint.id },
      events: { 'https://schemas.openid.net/secevent/ssf/event-type/verification': {} },
    })
  })
})

describe('where a webhook may lead to', () => {
  const outgoing = { headers: {}, body: '{}' }
  const refused = { sent: false, because: 'receiver', error: 'address refused' }
  const open = (addresses: readonly string[]): Reach & { asked: () => number } => {
    let asked = 0
    return {
      loopback: false,
      asked: () => asked,
      async resolve() {
        asked++
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      },
    }
  }

  const inside =
    '127.0.0.1 169.254.169.254 10.0.0.1 172.31.255.1 192.168.1.1 100.64.0.1 0.0.0.0 192.0.0.8 ' +
    '198.18.0.1 203.0.113.9 224.0.0.1 255.255.255.255 2130706433 0x7f000001 017700000001 127.1 0 ' +
    '①②⑦.0.0.1 [::1] [::] [::ffff:10.0.0.1] [64:ff9b::a00:1] [fe80::1] [fd00::1] [2002:a00:1::] ' +
    '[2001::1] [2001:db8::1] [ff02::1]'

  it.each(inside.split(' '))('is not the address https://%s', async (host) => {
    const { port } = new URL(receiver.url)
    const url = `https://${host}:${port}/`
    expect(refuseUrl(url, { loopback: false })).toBe('must not be a private address')
    expect(await attempt(url, outgoing, open(['93.184.215.14']))).toEqual(refused)
  })

  it.each([
    [['127.0.0.1']],
    [['10.1.2.3']],
    [['169.254.169.254']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['93.184.215.14', '127.0.0.1']],
    [['2606:2800:21f:cb07::1', 'fd00::1']],
    [[]],
  ])('is no name that means %j', async (addresses) => {
    const { port } = new URL(receiver.url)
    const reach = open(addresses)
    expect(await attempt(`https://hooks.example:${port}/`, outgoing, reach)).toEqual(refused)
    // Looked up once: what was checked is what is connected to.
    expect(reach.asked()).toBe(1)
    expect(receiver.received).toEqual([])
  })

  it.each([
    ['http://hooks.example/', 'must be https'],
    ['ftp://hooks.example/', 'must be https'],
    ['https://user:pass@hooks.example/', 'must not hold a user or a password'],
    ['https://hooks.example/#x', 'must not have a fragment'],
    ['hooks.example', 'must be a URL'],
    ['http://localhost:1/', 'must be https'],
  ])('is not %s in production', (url, wrong) => {
    expect(refuseUrl(url, { loopback: false })).toBe(wrong)
  })

  it('is this machine only for who tries things out, and only by its usual names', async () => {
    const reach = { loopback: true, resolve: resolveWithDns }
    expect(await attempt(receiver.url, outgoing, reach)).toEqual({ sent: true })
    const { port } = new URL(receiver.url)
    expect(await attempt(`http://localhost:${port}/`, outgoing, reach)).toEqual({ sent: true })
    const within = { loopback: true, resolve: open(['127.0.0.1']).resolve }
    expect(await attempt(`https://hooks.example:${port}/`, outgoing, within)).toEqual(refused)
    const outside = { loopback: true, resolve: open(['10.0.0.1']).resolve }
    expect(await attempt(`http://localhost:${port}/`, outgoing, outside)).toEqual(refused)
    expect(refuseUrl('http://10.0.0.1/', reach)).toBe('must be https')
  })
})

describe('understudy webhook', { timeout: 240_000 }, () => {
  let cli: CommandLine
  beforeAll(async () => {
    cli = await commandLine()
  })
  afterAll(() => cli.close())

  it('adds, shows, tests and removes one; the secret is printed once and kept sealed', async () => {
    const { url } = receiver
    const added = await cli.run(
      `webhook add --url ${url} --event audit.* --event impersonation.ended`,
    )
    const id = valueOf(added.out, 'webhook')
    const secret = valueOf(added.out, 'signing secret')
    expect(added.out).toBe(
      `webhook         ${id}\nevents          impersonation.ended audit.*\nsigning secret  ${secret}\n`,
    )
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(JSON.stringify(await cli.dump())).not.toContain(secret.slice(6))
    const { out } = await cli.run('webhook list --json')
    expect(JSON.parse(out)).toEqual([
      {
        id,
        url,
        format: 'standard',
        events: ['impersonation.ended', 'audit.*'],
        audience: null,
        waiting: 0,
        failures: 0,
        last_error: null,
      },
    ])
    expect((await cli.run('webhook list')).out).toContain(`${id}  standard`)
    expect(await cli.run(`webhook test ${id}`)).toEqual({
      code: 0,
      out: `${id} has taken it.\n`,
      err: '',
    })
    const [test] = receiver.received
    expect(test?.headers['webhook-signature']).toBe(test && signatureOf(test, secret))
    const rotated = await cli.run(`webhook rotate ${id} --overlap 2`)
    const fresh = valueOf(rotated.out, 'signing secret')
    const until = Date.parse(valueOf(rotated.out, 'the old one signs, too, until'))
    expect([rotated.code, fresh === secret, fresh.slice(0, 6)]).toEqual([0, false, 'whsec_'])
    expect(Math.abs(until - Date.now() - 2 * 3_600_000)).toBeLessThan(60_000)
    await cli.run(`webhook test ${id}`)
    const both = receiver.received.at(-1)
    expect(both?.headers['webhook-signature']).toBe(
      both && `${signatureOf(both, fresh)} ${signatureOf(both, secret)}`,
    )
    const kept = JSON.stringify(await cli.dump())
    expect([secret, fresh].some((one) => kept.includes(one.slice(6)))).toBe(false)
    receiver.answer = status(500)
    const failed = `understudy: ${id} was not reached: status 500\n`
    expect(await cli.run(`webhook test ${id}`)).toEqual({ code: 1, out: '', err: failed })
    const removed = `${id} is told nothing more.\n`
    expect(await cli.run(`webhook remove ${id}`)).toEqual({ code: 0, out: removed, err: '' })
    const gone = `understudy: There is no webhook ${id}.\n`
    expect(await cli.run(`webhook remove ${id}`)).toEqual({ code: 1, out: '', err: gone })
    const trail = (await cli.run('audit tail --json')).out.split('\n').filter((line) => line !== '')
    const events = trail.map((line) => JSON.parse(line) as { action: string; details: object })
    const by = 'command line'
    expect(events.map(({ action, details }) => [action, details])).toEqual([
      ['webhook.added', { endpoint: id, origin: new URL(url).origin, format: 'standard', by }],
      ['key.rotated', { endpoint: id, until: new Date(until).toISOString(), by }],
      ['webhook.removed', { endpoint: id, by }],
    ])
  })

  it.each([
    ['--url http://10.0.0.1/', '--url: must be https'],
    ['--url https://10.0.0.1/', '--url: must not be a private address'],
    [
      '--url https://a.example --format caep --event audit.*',
      '--event: can only be impersonation.ended with caep',
    ],
    ['--url https://a.example --audience x', '--audience: is for caep'],
    [
      '--url https://a.example --event nothing',
      '--event: must be one of impersonation.started, impersonation.ended, audit.*',
    ],
  ])('refuses add %s', async (words, message) => {
    const err = `understudy: ${message} (--help says how)\n`
    expect(await cli.run(`webhook add ${words}`)).toEqual({ code: 2, out: '', err })
  })

  it.each(['-1', '721', '1.5', 'x', ''])('refuses an overlap of %j', async (overlap) => {
    const words = ['webhook', 'rotate', 'whe_1', `--overlap=${overlap}`]
    const err = 'understudy: --overlap: must be 0 to 720 hours (--help says how)\n'
    expect(await cli.run(words)).toEqual({ code: 2, out: '', err })
  })
})
