import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { errorBody, expectError, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { dumpOf } from '../support/dump-of.ts'
import { rawRequest } from '../support/raw-request.ts'

const databases = ['sqlite', 'postgres'] as const
const START = '/api/v1/users/usr_jane/impersonation/acme-portal'
const ROOMY = { STARTS_PER_ACTOR: '1000000', STARTS_PER_SERVICE: '1000000' }
const LOGIN = new URLSearchParams({
  client_id: 'admin-panel',
  response_type: 'code',
  redirect_uri: 'http://localhost:4001/auth/callback',
  scope: 'openid',
})

describe.each(databases)('attacks by input, on %s', (database) => {
  const stage = onStage(database, ROOMY)
  const get = (path: string, headers: Record<string, string> = {}): Promise<JsonAnswer> =>
    stage.cast.request('GET', path, { token: stage.service, headers })
  const post = (body: string | Uint8Array<ArrayBuffer>): Promise<JsonAnswer> =>
    stage.cast.request('POST', START, {
      token: stage.service,
      body,
      headers: { 'content-type': 'application/json' },
    })
  const raw = (...[lines, body]: [string[], string?]): ReturnType<typeof rawRequest> => {
    const host = lines.some((line) => line.startsWith('Host:'))
    const named = host ? [] : [`Host: ${new URL(stage.booted.issuer).host}`]
    return rawRequest(stage.booted, [...lines, ...named], body)
  }
  /** Everything but what records the asking itself. */
  const kept = async (): Promise<unknown> => {
    const tables = Object.entries(await dumpOf(stage.booted))
    return tables.filter(([name]) => !/^audit_|^rate_limit$/.test(name))
  }
  /** Opens the login page as a browser does; where its form goes, and what it must send along. */
  const login = async (
    jar: CookieJar,
    params = LOGIN,
  ): Promise<{ page: string; to: string; csrf: string }> => {
    const { page } = await jar.follow(`${stage.booted.issuer}/auth?${params.toString()}`)
    const to = /<form[^>]*action="([^"]*)"/.exec(page ?? '')?.[1] ?? ''
    const csrf = /name="csrf"[^>]*value="([^"]*)"/.exec(page ?? '')?.[1] ?? ''
    return { page: page ?? '', to: stage.booted.issuer + to, csrf }
  }

  it.each(["'", '"', "';--", '\\', "%27 or '1'='1", '0x27', '’', "x' union select 1--", '$1', '?'])(
    'L01 what is SQL elsewhere is text here: %s',
    async (text) => {
      const { cast, service } = stage
      const jar = new CookieJar()
      const page = await login(jar)
      const before = await kept()
      const asks: readonly ((value: string) => Promise<JsonAnswer>)[] = [
        (value) => stage.start({ user: encodeURIComponent(value) }),
        (value) => stage.start({ app: encodeURIComponent(value) }),
        (value) => stage.start({ actor: value }),
        (value) => stage.start({ service: encodeURIComponent(value) }),
        (value) => get(`/api/v1/users/${encodeURIComponent(value)}`),
        (value) => get(`/api/v1/apps/${encodeURIComponent(value)}`),
        (value) => get(`/api/v1/impersonations/${encodeURIComponent(value)}`),
        (value) => get(`/api/v1/users?q=${encodeURIComponent(`${value}zzz`)}`),
        (value) => get(`/api/v1/audit-events?cursor=${encodeURIComponent(`${value}.`)}`),
        (value) =>
          get('/api/v1/apps', { cookie: `understudy_session=${encodeURIComponent(value)}` }),
        (value) => get('/api/v1/apps', { 'user-agent': encodeURIComponent(value) }),
        (value) => cast.refresh(value),
        (value) => cast.form('/token', { grant_type: 'client_credentials', client_id: value }),
        (value) => cast.form('/token/introspection', { token: value }, 'acme-backend'),
        (value) => cast.form('/token/revocation', { token: value }, 'acme-backend'),
        (value) => cast.request('GET', '/me', { token: encodeURIComponent(value) }),
        (value) =>
          cast.request('DELETE', `/api/v1/impersonations/${encodeURIComponent(value)}`, {
            token: service,
          }),
      ]
      for (const ask of asks) {
        const plain = await ask('zzz')
        const { status, body } = await ask(text)
        expect([status, body.code, body.error]).toEqual([
          plain.status,
          plain.body.code,
          plain.body.error,
        ])
      }
      const form = new URLSearchParams({ csrf: page.csrf, email: text, password: text })
      expect((await jar.follow(page.to, form)).status).toBe(400)
      expect(await kept()).toEqual(before)
    },
  )

  const token = '"impersonatorToken":"{I}"'
  it.each([
    ['nothing', ''],
    ['a number', '7'],
    ['an array', `[{${token}}]`],
    ['null', 'null'],
    ['garbage after it', `{${token}}x`],
    ['two of them', `{${token}}{${token}}`],
    ['a name twice', `{${token},${token}}`],
    ['a name twice, once escaped', `{${token},"impersonatorTok\\u0065n":"x"}`],
    ['another name twice', `{${token},"mode":"full","mode":"read_only"}`],
    ['a byte order mark', `\uFEFF{${token}}`],
    ['a comment', `{${token}/**/}`],
    ['a trailing comma', `{${token},}`],
    ['single quotes', "{'impersonatorToken':'x'}"],
    ['NaN', `{${token},"redeemWithin":NaN}`],
    ['infinity', `{${token},"redeemWithin":1e999}`],
    ['deep nesting', `{${token},"x":${'['.repeat(7500)}${']'.repeat(7500)}}`],
  ])('L03 JSON is JSON: not %s', async (_, text) => {
    expectError(await post(text.replaceAll('{I}', stage.root)), 400, 'BODY_INVALID')
    const good = `{${token.replace('{I}', stage.root)}}`
    expectError(await post(Buffer.from(good, 'utf16le')), 400, 'BODY_INVALID')
    const broken = Buffer.from(`{${token},"reason":"\u00e9"}`.replace('{I}', stage.root), 'latin1')
    expectError(await post(broken), 400, 'BODY_INVALID')
    const many = Array.from({ length: 100_000 }, (__, index) => `"k${index}":0`).join()
    expectError(await post(`{${many}}`), 413, 'BODY_TOO_LARGE')
    expect((await post(good)).status).toBe(200)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])(
    'L04 no name in a request reaches a prototype: %s',
    async (name) => {
      const body = `{"impersonatorToken":"${stage.root}","${name}":{"x":1,"prototype":{"x":1}}}`
      expectError(await post(body), 400, 'BODY_INVALID')
      for (const query of [`${name}[x]=1`, `${name}=1`, `q[${name}]=1`])
        expectError(await get(`/api/v1/users?${query}`), 400, 'QUERY_INVALID')
      const form = { grant_type: 'client_credentials', scope: 'root', [`${name}[x]`]: '1' }
      expect((await stage.cast.form('/token', form, 'acme-backend')).status).toBe(200)
      expectError(await stage.start({ user: name }), 404, 'NOT_FOUND')
      expectError(await stage.start({ app: name }), 404, 'NOT_FOUND')
      expect(({} as Record<string, unknown>)['x']).toBe(undefined)
    },
  )

  it.each([
    { roles: ['super_admin'] },
    { scope: 'openid orders:write' },
    { expires_in: 999_999 },
    { expires_at: '2100-01-01T00:00:00.000Z' },
    { impersonationSeconds: 999_999 },
    { impersonatedBy: 'usr_root2' },
    { act: { sub: 'usr_root2' } },
    { userId: 'usr_root2' },
    { clientId: 'admin-panel' },
    { bypassConsent: true },
    { redirect_uri: 'https://evil.example/' },
  ])('L05 no wish that nobody offers is heard: %j', async (wish) => {
    expectError(await stage.start({ body: wish }), 400, 'BODY_INVALID')
    const query = new URLSearchParams(wish as Record<string, string>)
    const hidden = await stage.start({ app: `acme-portal?${query.toString()}` })
    expectError(hidden, 400, 'QUERY_INVALID')
    const asked = Math.floor(Date.now() / 1000)
    const { status, body } = await stage.start()
    expect([status, body.refresh_token_expires_in, body.mode]).toEqual([200, 1800, 'read_only'])
    const began = body.refresh_token_expires_on - 1800
    expect([began >= asked, began <= Date.now() / 1000]).toEqual([true, true])
  })

  it('L08 no line break in a request becomes a header', async () => {
    const crlf = '%0d%0aX-Injected:%20yes'
    const answers = [
      await raw([
        `GET /api/v1/users/usr_jane${crlf} HTTP/1.1`,
        `Authorization: Bearer ${stage.service}`,
      ]),
      await raw([`GET /auth?${LOGIN.toString()}&state=${crlf} HTTP/1.1`]),
      await raw([`GET /auth?client_id=admin-panel&redirect_uri=${crlf} HTTP/1.1`]),
      await raw([`GET /session/end?post_logout_redirect_uri=${crlf}&state=${crlf} HTTP/1.1`]),
      await raw([`OPTIONS /api/v1/impersonation HTTP/1.1`, `Origin: http://localhost:4002${crlf}`]),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 303, 400, expect.any(Number), 204])
    for (const { head } of answers) expect(head).not.toMatch(/^x-injected/im)
    for (const reason of ['a\r\nX: y', 'a\0b', 'a\u0085b', 'a\u001b[31m'])
      expectError(await stage.start({ body: { reason } }), 400, 'BODY_INVALID')
  })

  it('L09 text is text in every script: normalised, counted in code points, found again', async () => {
    const { accounts } = stage.booted.parts.storage
    const astral = '🔌'.repeat(500)
    for (const reason of ['x'.repeat(501), `${astral}🔌`, '\ud800', '\u200B\u200D'])
      expectError(await stage.start({ body: { reason } }), 400, 'BODY_INVALID')
    const started = await stage.start({ body: { reason: `${astral} \n` } })
    const read = await get(`/api/v1/impersonations/${started.body.impersonation_id}`)
    expect(read.body.reason).toBe(astral)
    const names = { sub: 'usr_ozge', email: 'ozge@mail.test', name: 'Özge Ünal' }
    const rest = { organization: null, roles: [], status: 'active', lastLoginAt: null } as const
    if ((await accounts.find('usr_ozge')) === undefined)
      await accounts.add({ ...names, ...rest }, null, Date.now())
    const found = async (q: string): Promise<string[]> => {
      const { body } = await get(`/api/v1/users?q=${encodeURIComponent(q)}`)
      return (body.items as { sub: string }[]).map(({ sub }) => sub)
    }
    expect(await found('Luci\u0301a')).toEqual(['usr_lucia'])
    expect(await found('SØREN')).toEqual(['usr_soren'])
    expect(await found('özge ünal')).toEqual(['usr_ozge'])
    expect(await found('ÖZGE')).toEqual(['usr_ozge'])
    // A letter that only looks like ours is another letter, and a wildcard is a character.
    for (const q of ['j\u0430ne', '%', '_____', '\u202Ejane', '*'])
      expect((await found(q)).filter((sub) => !sub.includes('_'))).toEqual([])
    expect(await found('usr_jan')).toEqual(['usr_jane'])
    for (const q of ['\u200B', '%00', '\ud800'])
      expect((await get(`/api/v1/users?q=${q === '%00' ? q : '%ED%A0%80%00'}`)).status).toBe(400)
    const nul = 'acme-portal\0'
    const asked = await stage.cast.form('/token', { grant_type: 'refresh_token', client_id: nul })
    expect([asked.status, asked.body.error]).toEqual([401, 'invalid_client'])
    for (const path of ['/auth', '/session/end'])
      expect((await get(`${path}?client_id=${encodeURIComponent(nul)}`)).status).toBe(400)
    const jar = new CookieJar()
    const { to, csrf } = await login(jar)
    const email = 'jane@customer.test\0'
    const form = new URLSearchParams({ csrf, email, password: 'understudy-demo' })
    expect((await jar.follow(to, form)).status).toBe(400)
    for (const user of ['%C0%AF', '%ED%A0%80', 'usr_j%D0%B0ne', '%F0%9F%94%8C'])
      expect([400, 404]).toContain((await stage.start({ user })).status)
  })

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'L11 the method is the one in the request line: %s',
    async (name) => {
      const id = (await stage.start()).body.impersonation_id as string
      const one = `/api/v1/impersonations/${id}`
      const headers = { [name]: 'DELETE' }
      expectError(await get(`${one}?_method=DELETE`, headers), 400, 'QUERY_INVALID')
      expect((await get(one, headers)).body.status).toBe('active')
      expectError(await get(`${START}?_method=POST`, { [name]: 'POST' }), 405, 'METHOD_NOT_ALLOWED')
      const posted = { token: stage.service, headers, json: { _method: 'DELETE' } }
      expectError(await stage.cast.request('POST', one, posted), 405, 'METHOD_NOT_ALLOWED')
      expectError(await stage.start({ body: { _method: 'GET' } }), 400, 'BODY_INVALID')
      expect((await get(one)).body.status).toBe('active')
    },
  )

  it('L12 nothing in a request or a registration becomes markup', async () => {
    const { apps } = stage.booted.parts.storage
    const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{1234*5678}}'
    const model = await apps.find('admin-panel')
    if (model !== undefined && !(await apps.find('evil')))
      await apps.add({ ...model, clientId: 'evil', name: evil }, Date.now())
    const jar = new CookieJar()
    const wish = { client_id: 'evil', login_hint: evil, ui_locales: evil, state: evil }
    const shown = await login(jar, new URLSearchParams({ ...Object.fromEntries(LOGIN), ...wish }))
    const form = new URLSearchParams({ csrf: shown.csrf, email: evil, password: evil })
    const refused = await jar.follow(shown.to, form)
    const query = new URLSearchParams({ error_description: evil, client_id: evil, state: evil })
    const other = await new CookieJar().follow(`${stage.booted.issuer}/auth?${query.toString()}`)
    const out = await new CookieJar().follow(
      `${stage.booted.issuer}/session/end?${query.toString()}`,
    )
    const unknown = await new CookieJar().follow(`${stage.booted.issuer}/${encodeURI(evil)}`)
    const pages = [shown.page, refused.page, other.page, out.page, unknown.page]
    expect(shown.page).toContain('&lt;script&gt;')
    for (const page of pages) expect(page).not.toMatch(/<script>alert|<img src=x|7006652/)
  })

  it('L13 what is too large or packed is refused unread', async () => {
    const head = [`POST ${START} HTTP/1.1`, `Authorization: Bearer ${stage.service}`]
    const json = 'Content-Type: application/json'
    const large = await raw([...head, json, 'Content-Length: 10485760'], '{')
    expect(JSON.parse(large.body)).toEqual(errorBody('BODY_TOO_LARGE'))
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`.repeat(20)
    const chunked = await raw([...head, json, 'Transfer-Encoding: chunked'], `${chunk}0\r\n\r\n`)
    expect([chunked.status, JSON.parse(chunked.body)]).toEqual([413, errorBody('BODY_TOO_LARGE')])
    for (const encoding of ['gzip', 'deflate', 'br', 'gzip, identity']) {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
      const body = new Uint8Array(gzipSync('x'.repeat(1_000_000)))
      const answer = await stage.cast.request('POST', START, {
        token: stage.service,
        headers,
        body,
      })
      expectError(answer, 415, 'MEDIA_TYPE')
    }
  })

  it.each([
    '0',
    '-1',
    '101',
    '2147483648',
    '1.5',
    '1e3',
    '007',
    '+5',
    '%205',
    '',
    'NaN',
    '٣',
    '5&limit=6',
  ])('L14 a limit is a number from 1 to 100, written like one: not %s', async (limit) => {
    for (const list of ['users', 'apps', 'impersonations', 'audit-events'])
      expectError(await get(`/api/v1/${list}?limit=${limit}`), 400, 'QUERY_INVALID')
    for (const redeemWithin of [0, -1, 1.5, 1801, '120', null, 2 ** 53, true])
      expectError(await stage.start({ body: { redeemWithin } }), 400, 'BODY_INVALID')
  })

  it('L15 the name the server goes by is its own, whatever Host says', async () => {
    const { issuer } = stage.booted
    const { host } = new URL(issuer)
    const read = '/.well-known/openid-configuration'
    for (const name of ['evil.example', `evil.example:1@${host}`, `${host}.evil.example`, ''])
      expect([400, 421]).toContain((await raw([`GET ${read} HTTP/1.1`, `Host: ${name}`])).status)
    const twice = await raw([`GET ${read} HTTP/1.1`, `Host: ${host}`, 'Host: evil.example'])
    expect([twice.status, JSON.parse(twice.body)]).toEqual([400, errorBody('HOST_INVALID')])
    const same = await raw([`GET ${read} HTTP/1.1`, `Host: ${host}`, `Host: ${host}`])
    expect(same.status).toBe(400)
    const forwarded = ['X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example']
    const told = await raw([`GET ${read} HTTP/1.1`, ...forwarded])
    const { issuer: named, token_endpoint: at } = JSON.parse(told.body) as Record<string, string>
    expect([named, at]).toEqual([issuer, `${issuer}/token`])
    const whole = await raw([`GET http://evil.example${read} HTTP/1.1`])
    expect(whole.status).toBe(421)
    for (const target of [issuer, `${issuer}?x`, '*', '//', '///?', '/?'])
      expect([200, 404]).toContain((await raw([`GET ${target} HTTP/1.1`])).status)
    const ours = await raw([`GET ${issuer}${read} HTTP/1.1`])
    expect(JSON.parse(ours.body)).toEqual(JSON.parse(told.body))
  })

  it('L17 an id is exact, whatever people do with e-mails', async () => {
    for (const id of ['USR_JANE', 'usr_jane.', 'usr.jane', 'usr_jane+1', 'jane@customer.test'])
      for (const path of [`users/${id}`, `users/${id}/consents`])
        expectError(await get(`/api/v1/${path}`), 404, 'NOT_FOUND')
    for (const filter of [
      'actor=USR_ROOT2',
      'actor=usr_root2.',
      'subject=USR_LEILANI',
      'app=Acme-Portal',
    ])
      expect((await get(`/api/v1/impersonations?${filter}`)).body.items).toEqual([])
    const jar = new CookieJar()
    const { to, csrf } = await login(jar)
    const status = async (email: string): Promise<number> => {
      const form = new URLSearchParams({ csrf, email, password: 'understudy-demo' })
      return (await jar.follow(to, form)).status
    }
    for (const email of [
      'ro.ot@acme.test',
      'root+1@acme.test',
      'root@acme.test.',
      'r\u043eot@acme.test',
    ])
      expect(await status(email)).toBe(400)
    // E-mails are for signing in, in whatever case people write them.
    expect(await status('ROOT@Acme.Test')).toBe(200)
  })
})

describe.each(databases)('addresses that are not true, on %s', (database) => {
  const stage = onStage(database)
  const addresses = async (...headers: string[]): Promise<(string | null)[]> => {
    const { host } = new URL(stage.booted.issuer)
    const line = 'GET /api/v1/users HTTP/1.1'
    const events = await stage.trail(() =>
      rawRequest(stage.booted, [line, `Host: ${host}`, ...headers]),
    )
    return events.map(({ ip }) => ip)
  }

  it('L16 X-Forwarded-For counts only from a trusted proxy, and only what that one wrote', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `10.0.0.${index}`).join(', ')
    const spoofs = ['1.2.3.4', many, '::1', '[2001:db8::1]:80', 'garbage <b>', '', ',,,']
    for (const spoof of spoofs) {
      const forged = [`X-Forwarded-For: ${spoof}`, 'X-Real-IP: 1.2.3.4', 'Forwarded: for=1.2.3.4']
      expect(await addresses(...forged)).toEqual(['127.0.0.1'])
    }
    await stage.restart({ TRUSTED_PROXIES: '1' })
    expect(await addresses(`X-Forwarded-For: ${many}, 192.0.2.7`)).toEqual(['192.0.2.7'])
    expect(await addresses('X-Forwarded-For: 1.2.3.4', 'X-Forwarded-For: 192.0.2.7')).toEqual([
      '192.0.2.7',
    ])
    expect(await addresses()).toEqual(['127.0.0.1'])
  })
})
