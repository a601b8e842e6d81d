import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Beside } from '../support/beside.ts'
import { besides } from '../support/beside.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { freePort } from '../support/free-port.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { CrashChild } from '../support/crash-child.ts'
import { spawnServer, untilUp } from '../support/crash-child.ts'
import { assertNoSecret } from '../support/invariants.ts'
import { begin } from '../support/scene.ts'

const STACK = /\n? +at .*(?:\.ts|\.js):\d+/

describe.each(['sqlite', 'postgres'] as const)(
  'a server that says all it can, on %s',
  (database) => {
    let booted: Booted
    let child: CrashChild
    let cast: Cast
    let beside: Beside

    beforeAll(async () => {
      booted = await boot({ database })
      const { dataDir, databaseUrl } = booted.parts.server
      const port = await freePort()
      const issuer = `http://localhost:${port}`
      child = spawnServer({
        env: {
          PORT: String(port),
          DATA_DIR: dataDir,
          DEMO: 'false',
          LOG_LEVEL: 'trace',
          DEBUG: '*',
          ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
        },
      })
      await untilUp(child, issuer)
      cast = castOf({ ...booted, parts: booted.parts, issuer })
      beside = await besides(booted)
    })
    afterAll(async () => {
      const exited = once(child.process, 'close')
      child.process.kill('SIGTERM')
      await exited
      await beside.close()
      await booted.close()
    })

    it('K16 says no secret whatever fails, and shows its stack to nobody but the log', async () => {
      const { accessToken, idToken, jar } = await cast.signIn('root@acme.test')
      const begun = await begin(cast)
      const password = randomBytes(12).toString('hex')
      const session = jar.cookies.get('understudy_session') ?? ''
      for (const secret of [accessToken, idToken, session, password, begun.first]) {
        cast.secrets.add(secret)
      }
      const token = await cast.serviceToken()
      const basic = `Basic ${Buffer.from(`acme-backend:${password}`).toString('base64')}`
      const bodies = [
        await cast.refresh(begun.first),
        await cast.form('/token', { grant_type: 'client_credentials' }, undefined, {
          authorization: basic,
        }),
        await cast.form('/token', {
          grant_type: 'authorization_code',
          client_id: 'acme-portal',
          code: password,
          redirect_uri: 'http://localhost:4002/callback',
          code_verifier: password,
        }),
        await cast.request('GET', '/me', { token: password }),
        await cast.request('GET', `/auth?request=${password}&client_id=admin-panel`),
        await cast.request('POST', '/api/v1/users/usr_jane/impersonation/acme-portal', {
          token,
          body: `{"impersonatorToken":"${accessToken}"`,
          headers: { 'content-type': 'application/json' },
        }),
      ]
      expect(bodies.map(({ status }) => status)).toEqual([400, 401, 400, 401, 400, 400])

      const started = await cast.start({ user: 'usr_omar' })
      expect(started.status).toBe(200)
      await beside.sql('alter table audit_event rename to audit_event_away')
      await beside.sql('alter table oidc_model rename to oidc_model_away')
      const broken = [
        await cast.start({ actor: accessToken }),
        await cast.refresh(started.body.refresh_token),
        await cast.introspect(accessToken),
        await cast.request('GET', '/me', { token: accessToken }),
        await cast.request('GET', '/api/v1/impersonation', { token: begun.accessToken }),
        await cast.request('GET', '/api/v1/users', { token }),
        await cast.request('GET', '/interaction/unknown', {
          headers: { cookie: `understudy_session=${session}` },
        }),
      ]
      await beside.sql('alter table oidc_model_away rename to oidc_model')
      await beside.sql('alter table audit_event_away rename to audit_event')
      expect(broken.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503, 503, 400])
      for (const { headers, body } of [...bodies, ...broken]) {
        const said = JSON.stringify([[...headers], body])
        expect(said).not.toMatch(STACK)
        expect(said).not.toMatch(/sqlite|postgres|audit_event|oidc_model|node_modules|server\/src/i)
      }
      const output = child.output()
      expect(output).toContain('oidc-provider:')
      expect(output).toMatch(STACK)
      assertNoSecret({ output }, cast.secrets)
    })
  },
)
