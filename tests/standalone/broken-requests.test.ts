import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'

const BODY = 'grant_type=client_credentials&client_secret=acme-backend-secret'

describe('a request that is not HTTP to its end', () => {
  let booted: Booted
  beforeAll(async () => {
    booted = await boot()
  })
  afterAll(() => booted.close())

  /** Everything that comes back until the server hangs up. */
  const send = (headers: readonly string[], body: string): Promise<string> => {
    const { host, port } = new URL(booted.issuer)
    const type = 'Content-Type: application/x-www-form-urlencoded'
    const head = ['POST /token HTTP/1.1', `Host: ${host}`, type, ...headers]
    return new Promise((resolve, reject) => {
      let said = ''
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write([...head, '', body].join('\r\n'))
      })
      socket.on('data', (chunk) => (said += String(chunk)))
      socket.on('error', (error) => {
        if (said === '') reject(error)
      })
      socket.on('close', () => resolve(said))
    })
  }
  async function failures(count: number): Promise<Record<string, unknown>[]> {
    for (let waited = 0; ; waited += 20) {
      const lines = booted
        .log()
        .split('\n')
        .filter((line) => line.includes('"answer failed"'))
      if (lines.length >= count || waited >= 5000)
        return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      await delay(20)
    }
  }

  it.each([
    ['has a body without a length', [], BODY],
    ['has a chunk of no size', ['Transfer-Encoding: chunked'], `${BODY}\r\n0\r\n\r\n`],
  ])('because it %s is 400, and one plain line in the log', async (_, headers, body) => {
    const before = (await failures(0)).length
    expect(await send(headers, body)).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/,
    )
    expect((await failures(before + 1)).slice(before)).toEqual([
      {
        level: 30,
        time: expect.any(String) as string,
        request_id: expect.stringMatching(/^req_/) as string,
        err: {
          type: 'Error',
          message: expect.stringMatching(/^Parse Error/) as string,
          stack: expect.any(String) as string,
        },
        msg: 'answer failed',
      },
    ])
    expect(booted.log()).not.toContain('acme-backend-secret')
    expect((await fetch(`${booted.issuer}/healthz`)).status).toBe(200)
  })
})
