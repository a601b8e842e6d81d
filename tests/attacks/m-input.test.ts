import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { rawRequest } from '../support/raw-request.ts'

const START = '/api/v1/users/usr_jane/impersonation/acme-portal'

const QUICK_MS = 50

describe('input without measure', () => {
  const stage = onStage('sqlite')

  /** The fastest of a few, or of more where that helps: a busy machine is no slow expression. */
  async function fastest(work: () => Promise<unknown>): Promise<number> {
    let best = Infinity
    for (let n = 0; n < 4 || (n < 40 && best >= QUICK_MS); n++) {
      const began = performance.now()
      await work()
      best = Math.min(best, performance.now() - began)
    }
    return best
  }

  const HEADERS = [
    'Accept',
    'Accept-Language',
    'Authorization',
    'Content-Type',
    'Cookie',
    'Forwarded',
    'If-None-Match',
    'Origin',
    'Range',
    'User-Agent',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Request-Id',
  ]
  const LONG = 12_000
  const CORPUS = [
    ' '.repeat(LONG),
    ','.repeat(LONG),
    '"'.repeat(LONG),
    'a='.repeat(LONG / 2),
    `Bearer${' '.repeat(LONG)}!`,
    `${'a'.repeat(LONG)}!`,
    '1.'.repeat(LONG / 2),
  ]

  it('M09 drives no expression into exhaustion, in whatever header it comes', async () => {
    const host = `Host: ${new URL(stage.booted.issuer).host}`
    for (const header of HEADERS) {
      for (const value of CORPUS) {
        const lines = [`POST ${START} HTTP/1.1`, host, `${header}: x${value}x`]
        const took = await fastest(() => rawRequest(stage.booted, lines, '{}'))
        expect(took, `${header}: ${value.slice(0, 10)}`).toBeLessThan(QUICK_MS)
      }
    }
    // It may hang up before all of it was sent, and before its answer was read.
    const huge = await rawRequest(stage.booted, [
      'GET / HTTP/1.1',
      host,
      `X-A: ${' ,"'.repeat(33_000)}`,
    ]).catch((error: unknown) => (error as NodeJS.ErrnoException).code)
    expect(typeof huge === 'object' ? huge.status : huge).toSatisfy((said) =>
      [431, 'ECONNRESET', 'EPIPE'].includes(said as string),
    )
  })

  it('M10 takes no time for a token that is a bomb', async () => {
    const part = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url')
    const body = 'A'.repeat(14_000)
    const bombs = [
      `${part({ alg: 'ES256', kid: 'x' })}.${body}.${body.slice(0, 80)}`,
      `${part({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..AAAA.${body}.AAAA`,
      `${part({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2_000_000_000, p2s: 'AAAA' })}.AA.AA.${body}.AA`,
      '.'.repeat(15_000),
    ]
    for (const bomb of bombs) {
      const took = await fastest(async () => {
        const { status, body: said } = await stage.start({ actor: bomb })
        expect([status, said.code]).toEqual([403, 'IMPERSONATOR_TOKEN_INVALID'])
      })
      expect(took).toBeLessThan(QUICK_MS)
      const assertion = await fastest(async () => {
        const { status } = await stage.cast.form('/token', {
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: bomb,
        })
        expect([400, 401]).toContain(status)
      })
      expect(assertion).toBeLessThan(QUICK_MS)
      const hint = await fastest(async () => {
        const { status } = await stage.cast.request(
          'GET',
          `/session/end?id_token_hint=${bomb.slice(0, 8000)}`,
        )
        expect(status).toBe(400)
      })
      expect(hint).toBeLessThan(QUICK_MS)
    }
  })
})
