import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { AuditEvent } from 'understudy'
import { describe, expect, it } from 'vitest'
import { errorBody, onStage } from '../support/attack.ts'
import { auditEvent } from '../support/stores.ts'
import { advance } from '../support/turned-clock.ts'

const HOUR = 3_600_000
/** What may happen without an impersonation. */
const happened = (more: Partial<AuditEvent>): AuditEvent =>
  auditEvent({ action: 'user.searched', ...more })

/** RFC 4180, as strictly as it can be read: records end with CRLF, quotes are doubled. */
function readCsv(text: string): Record<string, string>[] {
  const records: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gs,
  )) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end !== ',') records.push([])
  }
  const [names = [], ...rows] = records.slice(0, -1)
  return rows.map((row) => {
    expect(row).toHaveLength(names.length)
    return Object.fromEntries(names.map((name, column) => [name, row[column] ?? '']))
  })
}

describe.each(['sqlite', 'postgres'] as const)('reading the audit trail on %s', (database) => {
  const stage = onStage(database)

  const write = (events: readonly AuditEvent[]): Promise<void> => {
    const { storage } = stage.booted.parts
    return storage.unitOfWork.run(async () => {
      for (const event of events) await storage.audit.record(event)
    })
  }
  const list = async (
    filter: Record<string, string>,
  ): Promise<{ status: number; ids: string[]; body: unknown }> => {
    const query = new URLSearchParams(filter).toString()
    const path = `/api/v1/audit-events?${query}`
    const { status, body } = await stage.cast.request('GET', path, { token: stage.service })
    const ids = ((body.items ?? []) as { id: string }[]).map(({ id }) => id)
    return { status, ids, body }
  }
  /** An export whose body is not read until somebody does. */
  const open = (query: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = `${stage.booted.issuer}/api/v1/audit-events/export?${query}`
      const headers = { authorization: `Bearer ${stage.service}` }
      get(url, { headers, agent: false }, resolve).on('error', reject)
    })
  const textOf = async (answer: IncomingMessage): Promise<string> =>
    (await answer.setEncoding('utf8').toArray()).join('')
  const exportsWritten = async (count: number): Promise<AuditEvent[]> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const written = await stage.cast.audit({ action: 'audit.exported' })
      if (written.length >= count) return written
      await delay(25)
    }
    throw new Error('the end of an export was not written down')
  }

  it('K13 filters take hostile strings as what they are, and times with their offset', async () => {
    const at = Date.parse('2031-03-30T01:30:00.000Z')
    const event = (more: Partial<AuditEvent>): AuditEvent =>
      happened({ actor: 'usr_k13', subject: null, ...more })
    const early = event({ at: at - HOUR })
    const late = event({ at, action: 'user.viewed', subject: 'usr_jane', app: null })
    await write([early, late])
    const actor = 'usr_k13'
    expect((await list({ actor })).ids).toEqual([late.id, early.id])
    // Clocks go forward in Berlin at 01:00 UTC on that day: the offset says which hour is meant.
    for (const from of [
      '2031-03-30T03:00:00+02:00',
      '2031-03-30T01:00:00Z',
      '2031-03-29T19:00:00-06:00',
    ]) {
      expect((await list({ actor, from })).ids).toEqual([late.id])
      expect((await list({ actor, to: from })).ids).toEqual([early.id])
    }
    expect((await list({ actor, action: 'user.viewed', subject: 'usr_jane' })).ids).toEqual([
      late.id,
    ])
    const hostile = ["usr_k13'or'1'='1", "';drop--", 'usr_k1_', 'usr_k13%', 'USR_K13', '${7*7}']
    for (const value of hostile) {
      for (const name of ['actor', 'subject', 'app', 'impersonation']) {
        expect((await list({ [name]: value })).ids).toEqual([])
      }
    }
    const invalid = [
      { actor: 'a b' },
      { actor: '\0' },
      { action: "x' or 1=1" },
      { outcome: 'SUCCESS' },
      { from: '2031-03-30' },
      { from: '2031-03-30T02:30:00' },
      { from: "2031-03-30T02:30:00Z' --" },
      { unknown: '1' },
      { cursor: "' or 1=1" },
    ]
    for (const filter of invalid) {
      const { status, body } = await list(filter)
      expect([status, body]).toEqual([400, errorBody('QUERY_INVALID')])
    }
  })

  it('K17 no cell of an exported table is a formula, and the other format is exact', async () => {
    const nasty = [
      '=1+1',
      '+cmd',
      '-2',
      '@SUM(A1)',
      '\tx',
      '\rx',
      '\u22122',
      '"',
      ';',
      'a\nb',
      ',',
      "'",
    ]
    if (database === 'sqlite') nasty.push('\0x')
    const events = nasty.map((userAgent) =>
      happened({ at: Date.now(), actor: 'usr_k17', subject: '=2+2', userAgent }),
    )
    await write(events)
    const csv = await textOf(await open('format=csv&actor=usr_k17'))
    expect(csv.startsWith('seq,id,at,action,')).toBe(true)
    const rows = readCsv(csv)
    const byId = new Map(rows.map((row) => [row['id'], row]))
    for (const { id, userAgent } of events) {
      const runs = /^[=+\-@\t\r\0\u2212]/.test(userAgent ?? '')
      expect(byId.get(id)).toMatchObject({
        subject: "'=2+2",
        user_agent: runs ? `'${userAgent ?? ''}` : userAgent,
        details: '{"mode":"read_only"}',
      })
    }
    expect(rows).toHaveLength(events.length)
    const lines = (await textOf(await open('format=ndjson&actor=usr_k17'))).trimEnd().split('\n')
    const agents = lines.map((line) => (JSON.parse(line) as { user_agent: string }).user_agent)
    expect(agents.toSorted()).toEqual(nasty.toSorted())
  })

  it('K18 an export is a stream: memory stays, who goes away ends it, and it is written down', async () => {
    const many = database === 'sqlite' ? 50_000 : 10_000
    const filler = { actor: 'usr_k18', details: { filler: 'x'.repeat(500) } }
    for (let begin = 0; begin < many; begin += 5000) {
      const at = Date.now()
      await write(Array.from({ length: 5000 }, () => happened({ at, ...filler })))
    }
    const before = await exportsWritten(0)
    // Whoever reads nothing makes the server read nothing ahead.
    const abandoned = await open('format=ndjson&actor=usr_k18')
    abandoned.destroy()
    const [begun, ended] = (await exportsWritten(before.length + 2)).slice(before.length)
    const known = { actor: 'usr_k18', format: 'ndjson' }
    expect(begun?.details).toEqual({ ...known, rows: null })
    expect(ended).toMatchObject({
      action: 'audit.exported',
      service: 'acme-backend',
      requestId: begun?.requestId,
      details: { ...known, complete: false },
    })
    expect(ended?.details['rows']).toBeLessThan(many / 2)

    let rows = 0
    let most = 0
    // What is only waiting to be collected is no use of memory.
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    const base = process.memoryUsage()
    const usage = (): number => {
      collect()
      const { heapUsed, external } = process.memoryUsage()
      return heapUsed + external - base.heapUsed - base.external
    }
    const answer = await open('format=csv&actor=usr_k18')
    for await (const chunk of answer.setEncoding('utf8')) {
      const seen = rows
      rows += (chunk as string).split('\r\n').length - 1
      if (Math.floor(seen / 5000) < Math.floor(rows / 5000)) most = Math.max(most, usage())
    }
    expect(rows).toBe(many + 1)
    expect(most).toBeLessThan(100 * 1024 * 1024)
    const all = await exportsWritten(before.length + 4)
    expect(all.at(-1)?.details).toEqual({
      actor: 'usr_k18',
      format: 'csv',
      rows: many,
      complete: true,
    })
    const token = await stage.cast.serviceToken('acme-readonly', 'read_user')
    const path = '/api/v1/audit-events/export?format=csv'
    const refused = await stage.cast.request('GET', path, { token })
    expect([refused.status, refused.body.code]).toEqual([403, 'S2S_SCOPE'])
  }, 120_000)

  it('M14 of twenty exports at once two run, and the others are told to wait', async () => {
    const filler = { actor: 'usr_m14', details: { filler: 'x'.repeat(5000) } }
    await write(Array.from({ length: 3000 }, () => happened({ at: Date.now(), ...filler })))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => open('format=ndjson&actor=usr_m14')),
    )
    const refused = answers.filter(({ statusCode }) => statusCode !== 200)
    expect(refused).toHaveLength(18)
    for (const answer of refused) {
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '10'])
      expect(JSON.parse(await textOf(answer))).toEqual(errorBody('RATE_LIMITED'))
    }
    for (const answer of answers) answer.destroy()
    const exceeded = await stage.cast.audit({ action: 'rate_limit.exceeded' })
    expect(exceeded.filter(({ details }) => details['limit'] === 'export')).toHaveLength(18)
    // Their places are free again as soon as the server has seen them go.
    let status = 429
    for (let attempt = 0; attempt < 200 && status === 429; attempt++) {
      const again = await open('format=ndjson&action=key.rotated')
      status = again.statusCode ?? 0
      await textOf(again)
    }
    expect(status).toBe(200)
  })

  it('readers who read nothing keep nobody else from an export', async () => {
    const filler = { actor: 'usr_idle', details: { filler: 'x'.repeat(5000) } }
    await write(Array.from({ length: 3000 }, () => happened({ at: Date.now(), ...filler })))
    const idle = [
      await open('format=ndjson&actor=usr_idle'),
      await open('format=ndjson&actor=usr_idle'),
    ]
    const next = async (): Promise<number> => {
      const answer = await open('format=ndjson&action=key.rotated')
      await textOf(answer)
      return answer.statusCode ?? 0
    }
    expect([idle.map(({ statusCode }) => statusCode), await next()]).toEqual([[200, 200], 429])
    // Until then the connections may still have taken something.
    let status = 429
    for (let minute = 0; minute < 8 && status === 429; minute++) {
      advance(61)
      status = await next()
    }
    expect(status).toBe(200)
    const outcomes = await Promise.allSettled(idle.map(textOf))
    expect(outcomes.map((one) => one.status)).toContain('rejected')
  })
})
