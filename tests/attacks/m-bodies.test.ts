import { describe, expect, it } from 'vitest'
import { basic, onStage } from '../support/attack.ts'
import { pour } from '../support/load-sockets.ts'

const GIGABYTE = 2 ** 30
/** What fits into the buffers of both sides before anybody has read a byte. */
const BUFFERED = 16 * 2 ** 20

const START = '/api/v1/users/usr_jane/impersonation/acme-portal'
const JSON_TYPE = 'Content-Type: application/json'
const FORM_TYPE = 'Content-Type: application/x-www-form-urlencoded'

describe('bodies without an end', { timeout: 120_000 }, () => {
  const stage = onStage('sqlite')

  const head = (method: string, path: string, lines: readonly string[], framing: string): string =>
    [
      `${method} ${path} HTTP/1.1`,
      `Host: ${new URL(stage.booted.issuer).host}`,
      ...lines.map((line) => line.replace('{S}', stage.service)),
      framing,
      '',
      '',
    ].join('\r\n')

  const routes = [
    ['POST', START, [JSON_TYPE, 'Authorization: Bearer {S}'], '413'],
    ['POST', START, [JSON_TYPE], '413'],
    ['POST', '/token', [FORM_TYPE, `Authorization: ${basic('acme-backend')}`], '400'],
    ['POST', '/token/introspection', [FORM_TYPE], '400'],
    ['POST', '/token/revocation', [FORM_TYPE], '400'],
    ['POST', '/auth', [FORM_TYPE], '404'],
    ['POST', '/interaction/none/login', [FORM_TYPE], '400'],
    ['POST', '/nowhere', [FORM_TYPE], '404'],
    ['POST', '/api/v1/nowhere', [JSON_TYPE], '404'],
    ['DELETE', '/api/v1/impersonations/imp_none', [JSON_TYPE], '401'],
    ['GET', '/healthz', [], '200'],
    ['GET', '/api/v1/users', ['Authorization: Bearer {S}'], '200'],
    ['PUT', START, [JSON_TYPE], '405'],
  ] as const

  it('M01 a body beyond the limit is answered at once and not read, on every route', async () => {
    const port = Number(new URL(stage.booted.issuer).port)
    const before = process.memoryUsage.rss()
    const found: unknown[] = []
    for (const [method, path, lines] of routes)
      for (const framing of [`Content-Length: ${GIGABYTE}`, 'Transfer-Encoding: chunked']) {
        const { sent, ms, heard } = await pour(port, head(method, path, lines, framing), GIGABYTE)
        const status = heard.slice(9, 12)
        found.push([method, path, framing, status, sent < BUFFERED, ms < 3000])
      }
    const wanted = routes.flatMap(([method, path, , status]) =>
      [`Content-Length: ${GIGABYTE}`, 'Transfer-Encoding: chunked'].map((framing) => [
        method,
        path,
        framing,
        status,
        true,
        true,
      ]),
    )
    expect(found).toEqual(wanted)
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 2 ** 20)
  })

  it('a byte more than the limit is too many, and one less is not', async () => {
    const ask = async (length: number): Promise<unknown> => {
      const body = JSON.stringify({ impersonatorToken: '' }).padEnd(length)
      const headers = { 'content-type': 'application/json' }
      return (await stage.cast.request('POST', START, { token: stage.service, headers, body })).body
        .code
    }
    expect([await ask(16 * 1024), await ask(16 * 1024 + 1)]).toEqual([
      'TOKEN_REQUIRED',
      'BODY_TOO_LARGE',
    ])
  })
})
