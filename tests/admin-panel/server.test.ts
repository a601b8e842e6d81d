import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS2s } from '../../admin-panel/server/s2s.ts'
import { startPanel } from '../../admin-panel/server/index.ts'
import { besides } from '../support/beside.ts'
import type { PanelScene } from './panel-scene.ts'
import { freePort } from '../support/free-port.ts'
import { exportsIn, PAGE, panelScene, SCRIPT } from './panel-scene.ts'
import { PanelVisitor, refusal, sessionOf, signedIn } from './panel-visitor.ts'

const UNAVAILABLE = refusal(
  'temporarily_unavailable',
  'ISSUER_UNAVAILABLE',
  'The issuer does not answer.',
)

let scene: PanelScene

beforeAll(async () => {
  scene = await panelScene()
})
afterAll(() => scene.close())

describe('pages', () => {
  it('are the app at every address that is nothing else’s, each with a nonce of its own', async () => {
    const visitor = new PanelVisitor(scene)
    for (const path of ['/', '/users', '/users/usr_jane?tab=audit', '/index', '/x.y']) {
      const { status, body, headers } = await visitor.open(path)
      const nonce = /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? ''
      expect([status, body]).toEqual([200, PAGE.replace('__NONCE__', nonce)])
    }
    const missing = await visitor.get('/users')
    expect([missing.status, missing.body.code]).toEqual([404, 'NOT_FOUND'])
    const posted = await visitor.post('/users')
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('keep what has a hash in its name for good, packed for whoever takes it', async () => {
    const get = (path: string, encoding: string): Promise<Response> =>
      fetch(scene.url + path, { headers: { 'accept-encoding': encoding } })
    const script = await get('/assets/app-1a2b.js', 'gzip')
    expect(await script.text()).toBe(SCRIPT)
    expect(Object.fromEntries(script.headers)).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
    })
    const plain = await get('/assets/app-1a2b.js', 'identity')
    expect([await plain.text(), plain.headers.get('content-encoding')]).toEqual([SCRIPT, null])
    expect((await get('/icon.svg', 'gzip')).headers.get('cache-control')).toBe('no-cache')
    const gone = await fetch(`${scene.url}/assets/old.js`, { headers: { accept: 'text/html' } })
    expect(gone.status).toBe(404)
    const index = await get('/index.html', 'identity')
    expect([index.status, index.headers.get('content-encoding')]).toEqual([404, null])
  })

  it('answer under the panel’s own name only', async () => {
    const at = (host: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(new URL(scene.url).port), '127.0.0.1', () => {
          socket.write(`GET /users HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        })
        let text = ''
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
        socket.on('close', () => {
          resolve(text)
        })
        socket.on('error', reject)
      })
    const { port } = new URL(scene.url)
    expect(await at(`127.0.0.1:${port}`)).toContain(`Location: ${scene.url}/users\r\n`)
    for (const host of ['evil.test', `evil.test:${port}`, 'localhost', '']) {
      expect(await at(host)).toMatch(/^HTTP\/1.1 421 /)
    }
  })

  it('say that they are not built, when they are not', async () => {
    const url = `http://localhost:${await freePort()}`
    const client = { clientId: 'admin-panel', clientSecret: 'x', staticDir: '/nowhere' }
    const panel = await startPanel({ issuer: scene.booted.issuer, url, ...client })
    const answer = await fetch(url, { headers: { accept: 'text/html' } })
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('The admin panel is not built'),
    ])
    await panel.close()
  })
})

describe('what the S2S API says', () => {
  it('is passed on: its lists, its refusals, and the id under which it has them', async () => {
    const root = await signedIn(scene)
    const token = await scene.cast.serviceToken()
    for (const path of ['/users?q=jane', '/apps?limit=2', '/users/usr_jane', '/statistics']) {
      const direct = await scene.cast.request('GET', `/api/v1${path}`, { token })
      expect((await root.get(`/api${path}`)).body).toEqual(direct.body)
    }
    const refused = await root.post('/api/users/usr_jane/impersonation/acme-web')
    expect([refused.status, refused.body]).toEqual([
      403,
      refusal(
        'unauthorized_client',
        'APP_NOT_ELIGIBLE',
        'The app is not an enabled single-page app.',
      ),
    ])
    expect(refused.headers.get('x-request-id')).toBe(refused.body.request_id)
    const [denied] = await scene.cast.audit({ requestId: refused.body.request_id })
    expect(denied).toMatchObject({ action: 'impersonation.denied', actor: 'usr_root' })
  })

  it('is put beside the panel’s own desk in the settings', async () => {
    const root = await signedIn(scene)
    const { body } = await root.get('/api/settings')
    expect(body.policy).toMatchObject({ impersonation_seconds: 1800, default_mode: 'read_only' })
    const common = ['read_user', 'read_app', 'impersonation', 'read_impersonation']
    const role = (name: string, accesses: string[], may: boolean): object => ({
      role: name,
      accesses,
      allowed: true,
      may_impersonate: may,
      within: null,
    })
    expect(body.roles.slice(1)).toEqual([
      role('support_admin', common, false),
      role('support_agent', ['read_user', 'read_app', 'read_impersonation'], false),
      role('org_admin', common, false),
    ])
    expect(body.roles[0]).toMatchObject({ role: 'super_admin', may_impersonate: true })
  })

  it('asks a user for consent once, in the administrator’s name', async () => {
    const root = await signedIn(scene)
    const path = '/api/users/usr_omar/consent-requests'
    const wish = { reason: 'cannot see invoice 7', mode: 'full' }
    const asked = await root.post(`${path}/acme-billing`, wish)
    expect(asked).toMatchObject({ status: 202 })
    expect(asked.body).toMatchObject({
      actor: { sub: 'usr_root' },
      subject: { sub: 'usr_omar' },
      app: { client_id: 'acme-billing' },
      status: 'pending',
      ...wish,
    })
    expect((await root.post(`${path}/acme-billing`, wish)).body.id).toBe(asked.body.id)
    expect((await root.get(path)).body.items[0].id).toBe(asked.body.id)
    const requested = await scene.cast.audit({ action: 'consent.requested' })
    expect(requested.at(-1)).toMatchObject({ actor: 'usr_root', subject: 'usr_omar' })
  })

  it('stops with an export when the browser goes away', async () => {
    const beside = await besides(scene.booted)
    await beside.sql(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000)
      insert into audit_event (id, at, action, outcome, details)
      select printf('aud_0%035d', i), 1000000000000 + i, 'key.rotated', 'success',
        '{"filler":"${'x'.repeat(200)}"}' from n`)
    await beside.close()
    const root = await signedIn(scene)
    const { host, port } = new URL(scene.url)
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(
        'GET /api/audit-events/export?format=ndjson HTTP/1.1\r\n' +
          `Host: ${host}\r\nCookie: understudy_panel=${sessionOf(root)}\r\n\r\n`,
      )
    })
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString()).toMatch(/^HTTP\/1.1 200 /)
    socket.pause()
    socket.destroy()
    expect((await exportsIn(scene, 2)).at(-1)?.details).toMatchObject({ complete: false })
  })
})

describe('an issuer that is down', () => {
  it('is said to be so at once, and signing out works all the same', async () => {
    const own = await panelScene()
    const visitor = await signedIn(own)
    expect((await visitor.get('/api/users')).status).toBe(200)
    await own.stopIssuer()
    const answer = await visitor.get('/api/users')
    expect([answer.status, answer.body]).toEqual([503, UNAVAILABLE])
    expect(answer.headers.get('retry-after')).toBe('5')
    expect((await visitor.open('/users')).status).toBe(200)
    expect((await visitor.get('/api/me')).status).toBe(503)
    expect((await visitor.post('/auth/logout')).status).toBe(204)
    expect(sessionOf(visitor)).toBe('')
    expect((await visitor.get('/api/me')).status).toBe(401)
    await own.close()
  })

  it('that takes calls and never answers is given up after five seconds', async () => {
    const mute = createServer(() => undefined)
    await once(mute.listen(0, '127.0.0.1'), 'listening')
    const issuer = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`
    const url = `http://localhost:${await freePort()}`
    const panel = await startPanel({ issuer, url, clientId: 'a', clientSecret: 'b' })
    const s2s = createS2s(issuer, async () => 'token')
    const origin = { ip: '127.0.0.1', userAgent: 'test', gone: new AbortController().signal }
    const call = { method: 'GET', path: '/users', origin } as const
    const began = performance.now()
    const [login, ...calls] = await Promise.allSettled([
      fetch(`${url}/auth/login`, { redirect: 'manual' }),
      s2s.call(call),
      s2s.stream(call),
    ])
    // Once, that is: a second try would make it ten.
    expect(performance.now() - began).toBeLessThan(9800)
    const answer = login.status === 'fulfilled' ? login.value : undefined
    expect([answer?.status, await answer?.json()]).toEqual([503, UNAVAILABLE])
    for (const result of calls) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ISSUER_UNAVAILABLE' } })
    }
    await panel.close()
    mute.closeAllConnections()
    mute.close()
  })

  it('is found again after it was started anew', async () => {
    const own = await panelScene()
    await own.restartPanel()
    const visitor = new PanelVisitor(own)
    await own.restartIssuer()
    expect((await visitor.open('/auth/login')).status).toBe(303)
    await own.close()
  })
})

describe('running alone', () => {
  const MAIN = join(import.meta.dirname, '../../admin-panel/server/main.ts')

  const run = (env: Record<string, string>): ReturnType<typeof spawn> =>
    spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })

  it('serves until it is told to stop', async () => {
    const url = `http://localhost:${await freePort()}`
    const child = run({ ISSUER: scene.booted.issuer, PANEL_URL: url, CLIENT_SECRET: 'x' })
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    expect(JSON.parse(line.toString())).toMatchObject({ url, msg: 'the admin panel is ready' })
    const health = await fetch(`${url}/healthz`)
    expect(await health.json()).toEqual({ status: 'ok' })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it.each([
    [{ ISSUER: 'http://login.example' }, 'ISSUER: must be https, except on a loopback address'],
    [{ PANEL_URL: 'https://panel.example/admin' }, 'PANEL_URL: must not have a path'],
    [{ CLIENT_SECRET: '' }, 'CLIENT_SECRET: '],
    [{ PORT: '0' }, 'PORT: '],
    [{ TRUSTED_PROXIES: 'all' }, 'TRUSTED_PROXIES: '],
  ])('with %j stops at once, with a line that names it', async (wrong, message) => {
    const good = { ISSUER: 'http://localhost:1', PANEL_URL: 'http://localhost:2' }
    const child = run({ ...good, CLIENT_SECRET: 'x', ...wrong })
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    expect(await once(child, 'close')).toEqual([1, null])
    expect(said).toMatch(/^admin-panel: .*\n$/)
    expect(said).toContain(message)
  })
})
