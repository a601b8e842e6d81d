import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.ts'
import type { FakeIssuer } from '../support/resource-fake-issuer.ts'
import { AUDIENCE, json, ORDINARY, startFakeIssuer } from '../support/resource-fake-issuer.ts'
import { root } from './markdown.ts'
import type { RunningProcess } from './running-process.ts'
import { runScript } from './running-process.ts'
import { filesOfGuide } from './sdk-guide.ts'

const servers = [...filesOfGuide('docs/how-to/protect-a-resource-server.md')]

let fake: FakeIssuer
let folder: string
/** Batches of reports, as the issuer got them. */
const reported: { readonly type: string; readonly method: string; readonly route: string }[] = []

beforeAll(async () => {
  fake = await startFakeIssuer()
  fake.routes.set('/events', (request, response, body) => {
    reported.push(...(JSON.parse(body) as { events: typeof reported }).events)
    json(202, {})(request, response, body)
  })
  // Inside the package, whose name the examples import; git ignores the folder.
  await mkdir(join(root, '.vitest'), { recursive: true })
  folder = await mkdtemp(join(root, '.vitest/servers-'))
})
afterAll(async () => {
  fake.close()
  await rm(folder, { recursive: true })
})

it('the guide has a server for each framework', () => {
  expect(servers.map(([name]) => name)).toEqual([
    'koa.mjs',
    'express.mjs',
    'fastify.mjs',
    'hono.mjs',
  ])
})

describe.each(servers)('%s', (name, text) => {
  let running: RunningProcess
  let address: string

  beforeAll(async () => {
    const port = await freePort()
    address = `http://localhost:${port}`
    const script = join(folder, name)
    const here = text
      .replace('3000', String(port))
      .replace('https://id.example', fake.issuer)
      .replace('https://orders.example', AUDIENCE)
    await writeFile(script, `${here}\nconsole.log('listening')\n`)
    running = await runScript(script, 'listening', {
      cwd: folder,
      env: { ORDERS_SECRET: 'secret' },
    })
    reported.length = 0
  })
  afterAll(() => running.stop())

  const call = async (
    method: string,
    path: string,
    token: string,
  ): Promise<{ status: number; body: unknown }> => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(address + path, { method, headers })
    const body = answer.status === 204 ? null : await answer.json()
    return { status: answer.status, body }
  }

  it('lets in, refuses and reports as the guide says', async () => {
    const token = await fake.sign()
    expect(await call('GET', '/orders/17', token)).toEqual({
      status: 200,
      body: { id: '17', of: 'usr_jane' },
    })
    expect(await call('POST', '/orders/17', token)).toMatchObject({
      status: 403,
      body: { code: 'IMPERSONATION_READ_ONLY' },
    })
    expect(await call('POST', '/password', token)).toMatchObject({
      status: 403,
      body: { code: 'IMPERSONATION_FORBIDDEN' },
    })
    const own = await fake.sign({ ...ORDINARY, scope: 'openid orders:write' })
    expect((await call('POST', '/orders/17', own)).status).toBe(204)
    expect((await call('POST', '/password', own)).status).toBe(204)
    expect(await call('GET', '/orders/17', own)).toMatchObject({ body: { code: 'S2S_SCOPE' } })
    // Stopping sends what still waits.
    await running.stop()
    expect(reported).toMatchObject([
      { type: 'request', method: 'GET', route: '/orders/:id' },
      { type: 'write_blocked', method: 'POST', route: '/orders/:id' },
      { type: 'forbidden_route', method: 'POST', route: '/password' },
    ])
  })
})
