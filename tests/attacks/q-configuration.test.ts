import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Provider from 'oidc-provider'
import { describe, expect, it } from 'vitest'
import { errorBody, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { foreignConfiguration, foreignDirectory } from '../support/foreign-configuration.ts'
import { openForeignHost } from '../support/foreign-host.ts'
import { partiesOf } from '../support/foreign-impersonation.ts'
import type { Answer } from '../support/oauth-client.ts'
import { get, postJson } from '../support/oauth-client.ts'
import { expectDead } from '../support/scene.ts'
import { databases } from '../support/stores.ts'

const MAIN = join(import.meta.dirname, '../../server/src/main.ts')
const run = promisify(execFile)

describe.each(databases)('another list of roles, on %s', (database) => {
  const stage = onStage(database)

  it('Q14 counts after a restart, for starts and for what runs already', async () => {
    const support = await stage.token('support@acme.test')
    const start = (): Promise<JsonAnswer> => stage.start({ actor: support })
    const notAllowed = [403, errorBody('IMPERSONATOR_NOT_ALLOWED')]
    const first = await start()
    expect([first.status, first.body]).toEqual(notAllowed)

    await stage.restart({ IMPERSONATION_ROLES: 'super_admin,support_admin' })
    const { status, body } = await start()
    expect(status).toBe(200)
    const tokens = (await stage.cast.refresh(body.refresh_token)).body

    await stage.restart({ IMPERSONATION_ROLES: 'super_admin' })
    const again = await start()
    expect([again.status, again.body]).toEqual(notAllowed)
    await expectDead(stage.cast, {
      refreshToken: tokens.refresh_token,
      accessToken: tokens.access_token,
    })
    const { impersonation_id: impersonation } = body
    const ended = await stage.cast.audit({ impersonation, action: 'impersonation.ended' })
    expect(ended.map(({ details }) => details)).toEqual([
      expect.objectContaining({ ended_by: 'policy' }),
    ])
  })

  it('that is impossible stops the start with one line, and what runs goes on as it was', async () => {
    const { server } = stage.booted.parts
    const env = {
      PATH: process.env['PATH'],
      DATA_DIR: server.dataDir,
      ...(server.databaseUrl !== undefined && { DATABASE_URL: server.databaseUrl }),
    }
    const wrong: Readonly<Record<string, [Record<string, string>, RegExp]>> = {
      role: [
        { IMPERSONATION_ROLES: 'super_admin,boss' },
        /^understudy: S2sConfig\.impersonationRoles\.1: "boss" is not possible/,
      ],
      name: [
        { IMPERSONATION_ROLE: 'super_admin' },
        /^understudy: IMPERSONATION_ROLE is not a known setting/,
      ],
      within: [
        { IMPERSONATION_ROLES: 'super_admin@moon' },
        /^understudy: S2sConfig\.impersonationRoles\.0/,
      ],
    }
    for (const [variables, message] of Object.values(wrong)) {
      const failed = await run(process.execPath, [MAIN], { env: { ...env, ...variables } }).then(
        () => null,
        (error: unknown) => error as { code: number; stdout: string; stderr: string },
      )
      expect([failed?.code, failed?.stdout]).toEqual([1, ''])
      expect(failed?.stderr).toMatch(message)
      expect(failed?.stderr.trim().split('\n')).toHaveLength(1)
    }
    expect((await stage.start()).status).toBe(200)
  })
})

describe('without the extension', () => {
  const DISCOVERY = '/.well-known/openid-configuration'

  /** The same host as `openForeignHost` makes, before it heard of us. */
  async function plainHost(): Promise<{ issuer: string; close: () => void }> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const provider = new Provider(issuer, foreignConfiguration(foreignDirectory(), undefined))
    server.on('request', (req, res) => void provider.callback()(req, res))
    const close = (): void => {
      server.closeAllConnections()
      server.close()
    }
    return { issuer, close }
  }
  const discoveryOf = async (issuer: string): Promise<Record<string, unknown>> => {
    const { body } = await get(issuer + DISCOVERY)
    return JSON.parse(JSON.stringify(body).replaceAll(issuer, '')) as Record<string, unknown>
  }

  it('Q15 a host has no route, claim, scope or grant of ours left', async () => {
    const plain = await plainHost()
    const host = await openForeignHost()
    const [without, having] = [await discoveryOf(plain.issuer), await discoveryOf(host.issuer)]
    expect(JSON.stringify(without)).not.toMatch(/impersonat|"act"|understudy|"root"/)
    const changed = Object.keys(having).filter(
      (key) => JSON.stringify(having[key]) !== JSON.stringify(without[key]),
    )
    expect(changed.toSorted()).toEqual(['acr_values_supported', 'claims_supported'])
    expect(Object.keys(without).filter((key) => !(key in having))).toEqual([])

    const routes = ['/api/v1/users/customer/impersonation/spa', '/api/v1/impersonation/end']
    for (const route of routes)
      expect((await postJson(plain.issuer + route, {}, {})).status).toBe(404)
    for (const route of ['/api/v1/impersonations', '/api/v1/impersonation', '/openapi.json'])
      expect((await get(plain.issuer + route)).status).toBe(404)
    plain.close()
    await host.close()
  })

  it('nothing of an impersonation lies with the host, to be refreshed there later', async () => {
    const host = await openForeignHost()
    const parties = partiesOf(host)
    const started = await parties.started()
    const granted = await parties.refreshed(started.refresh_token)
    const current: Answer = await parties.current(granted.access_token)
    expect(current.status).toBe(200)
    const kept = JSON.stringify([...host.hostRows])
    for (const trace of [started.impersonation_id, granted.refresh_token, granted.access_token])
      expect(kept).not.toContain(trace)
    expect(kept).not.toMatch(/"gty":"impersonation/)
    await host.close()
  })
})
