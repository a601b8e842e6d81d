import { get } from 'node:http'
import { describe, expect, it } from 'vitest'
import { basic, onStage } from '../support/attack.ts'
import { rawRequest } from '../support/raw-request.ts'
import { authorization, Visitor } from '../support/visitor.ts'

/** What ends a line, moves a cursor, turns text around or ends a string, and what would be a template. */
const UNSEEN = '\u202E\u2028\u2066\u200B\u009B2J\0\u001B[2J\r\n'
const QUOTES = `"'\`\\"},{"level":60,"msg":"forged`
const TEMPLATES = ['${jndi:ldap://127.0.0.1/x}', '%s%n%d%o', '{{7*7}}', '<%= 7*7 %>', '#{7*7}']
const ODD = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

describe.each(['sqlite', 'postgres'] as const)('text in log and trail on %s', (database) => {
  const stage = onStage(database)
  const report = async (id: string, route: string): Promise<number> => {
    const events = [{ type: 'request', method: 'GET', route, request_id: 'x' }]
    const path = `/api/v1/impersonations/${id}/events`
    return (await stage.cast.request('POST', path, { token: stage.service, json: { events } }))
      .status
  }
  /** Lines that the server logs while `work` runs, each as it was written and as what it says. */
  const logged = async (work: () => Promise<unknown>): Promise<readonly [string, object][]> => {
    const before = stage.booted.log().length
    await work()
    const text = stage.booted.log().slice(before)
    expect(text.endsWith('\n')).toBe(true)
    const lines = text.slice(0, -1).split(/\r\n|[\r\n\u2028\u2029]/)
    return lines.map((line) => [line, JSON.parse(line) as object])
  }
  const exported = async (format: 'csv' | 'ndjson'): Promise<string> => {
    const url = `${stage.booted.issuer}/api/v1/audit-events/export?format=${format}`
    const answer = await fetch(url, { headers: { authorization: `Bearer ${stage.service}` } })
    return answer.text()
  }
  const host = (): string => new URL(stage.booted.issuer).host

  it('K14 keeps one line per event, whatever stands in its fields, escaped and cut', async () => {
    const { cast } = stage
    const huge = `${'x'.repeat(8000)} end`
    const started = await stage.start()
    const visitor = new Visitor(stage.booted.issuer)
    const page = await visitor.open(authorization().address)
    const lines = await logged(async () => {
      const trail = await stage.trail(async () => {
        const unparsed = [`GET /api/v1/apps/\u009B2J HTTP/1.1`, `Host: ${host()}`]
        expect((await rawRequest(stage.booted, unparsed)).status).toBe(400)
        // Bytes above 0x7F are letters to a parser of headers; 0x9B begins a terminal's command.
        await rawRequest(stage.booted, [
          'GET /api/v1/apps HTTP/1.1',
          `Host: ${host()}`,
          `User-Agent: a\u009B2J\u0085${QUOTES}`,
        ])
        await rawRequest(stage.booted, [
          `GET /api/v1/apps/${'y'.repeat(4000)} HTTP/1.1`,
          `Host: ${host()}`,
          `User-Agent: ${huge}`,
        ])
        const client = { client_id: `nobody${UNSEEN}${QUOTES}`, client_secret: 'x' }
        await cast.form('/token', { grant_type: 'client_credentials', ...client })
        await visitor.submit(page, { email: `${UNSEEN}${QUOTES}`, password: 'wrong' })
        const q = encodeURIComponent(`nobody\u202E\u2028${QUOTES}`)
        await cast.request('GET', `/api/v1/users?q=${q}`, { token: stage.service })
        expect(await report(started.body.impersonation_id, `/a\n\u202E\u2028${QUOTES}`)).toBe(202)
      })
      expect(trail.map(({ action }) => action)).toEqual([
        's2s.auth_failed',
        's2s.auth_failed',
        's2s.auth_failed',
        'login.failed',
        'user.searched',
        'impersonation.request',
      ])
      for (const { userAgent, ip, code } of trail) {
        for (const text of [userAgent, ip, code]) expect(text ?? '').not.toMatch(ODD)
      }
      expect(trail[0]?.userAgent).toBe(`a\u00C2\uFFFD2J\u00C2\uFFFD${QUOTES}`)
      expect(trail[1]?.userAgent).toBe(`${'x'.repeat(1024)}…`)
      expect(trail[2]?.details).toEqual({
        route: 'token',
        client_id: `nobody${'\uFFFD'.repeat(5)}2J\uFFFD\uFFFD[2J\uFFFD\uFFFD${QUOTES}`,
      })
    })
    const paths = lines.flatMap(([, line]) => ('path' in line ? [line.path] : []))
    expect(paths[1]).toBe(`${`/api/v1/apps/${'y'.repeat(4000)}`.slice(0, 1024)}…`)
    for (const [written, line] of lines) {
      expect(written).not.toMatch(ODD)
      expect(line).toMatchObject({ level: 30, msg: 'request' })
    }
  })

  it('refuses a megabyte in a header, and writes nothing of it', async () => {
    const lines = await logged(async () => {
      const refused = await new Promise<number>((resolve) => {
        const headers = { 'user-agent': 'z'.repeat(1024 * 1024) }
        get(`${stage.booted.issuer}/api/v1/apps`, { headers, agent: false }, (answer) => {
          answer.resume()
          resolve(answer.statusCode ?? 0)
        }).on('error', () => {
          resolve(431)
        })
      })
      expect(refused).toBe(431)
      await fetch(`${stage.booted.issuer}/healthz`)
    })
    expect(lines.filter(([written]) => written.includes('zzzzzzzz'))).toEqual([])
  })

  it.each(['ndjson', 'csv'] as const)(
    'an export as %s has one line per event, too',
    async (format) => {
      const { body } = await stage.start()
      const odd = `a\n\u202E\u2028${QUOTES}`
      expect(await report(body.impersonation_id, `/${odd}`)).toBe(202)
      const search = `/api/v1/users?q=${encodeURIComponent(odd)}`
      await stage.cast.request('GET', search, { token: stage.service })
      const text = await exported(format)
      expect(text.replaceAll('\r\n', '\n')).not.toMatch(ODD)
      const lines = text.split(/\r\n|[\r\n\u2028\u2029]/).filter((line) => line !== '')
      if (format === 'csv') return
      const events = lines.map(
        (line) => JSON.parse(line) as { id: string; details: Record<string, unknown> },
      )
      expect(new Set(events.map(({ id }) => id)).size).toBe(lines.length)
      expect(events.map(({ details }) => details['q'])).toContain(odd)
      const route = `/a\uFFFD\uFFFD\uFFFD${QUOTES}`
      expect(events.map(({ details }) => details['route'])).toContain(route)
    },
  )

  it('K15 templates are text wherever they are written', async () => {
    const { cast } = stage
    for (const text of TEMPLATES) {
      const encoded = encodeURIComponent(text)
      const { accounts } = stage.booted.parts.storage
      const before = await accounts.find('usr_jane')
      const trail: string[] = []
      const lines = await logged(async () => {
        const events = await stage.trail(async () => {
          const reason = `${text} is the reason`
          const started = await stage.start({ body: { reason } })
          expect(started.status).toBe(200)
          const id = String(started.body.impersonation_id)
          const path = `/api/v1/impersonations/${id}`
          const seen = await cast.request('GET', path, { token: stage.service })
          expect(seen.body.reason).toBe(reason)
          expect(await report(id, text)).toBe(202)
          await cast.request('DELETE', path, { token: stage.service })
          const headers = { 'user-agent': text, authorization: basic(text, text) }
          await cast.request('GET', `/api/v1/users?q=${encoded}`, {
            token: stage.service,
            headers: { 'user-agent': text },
          })
          await cast.request('GET', `/api/v1/apps/${encoded}`, { headers })
        })
        trail.push(...events.map((event) => JSON.stringify(event)))
        expect(events.map(({ action }) => action)).toEqual([
          'impersonation.started',
          'impersonation.request',
          'impersonation.ended',
          'user.searched',
          's2s.auth_failed',
        ])
        expect(events[1]?.details).toEqual({ method: 'GET', route: `/${text}`, request_id: 'x' })
        expect(events[3]).toMatchObject({ userAgent: text, details: { q: text, results: 0 } })
        expect(events[4]?.userAgent).toBe(text)
      })
      const paths = lines.map(([, line]) => (line as { path: string }).path)
      expect(paths.at(-1)).toBe(`/api/v1/apps/${encoded}`)
      for (const line of [...trail, ...lines.map(([written]) => written)]) {
        expect(line).not.toMatch(/\b49\b.*is the reason|NaN/)
      }
      expect(await accounts.find('usr_jane')).toEqual(before)
    }
  })
})
