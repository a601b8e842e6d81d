import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CookieJar } from '../support/cookie-jar.ts'
import { freePort } from '../support/free-port.ts'
import { basic, bearer, get, postForm, postJson } from '../support/oauth-client.ts'
import { codeBlocks, readDocument, root } from './markdown.ts'
import type { RunningProcess } from './running-process.ts'
import { runScript } from './running-process.ts'

const [example] = codeBlocks(readDocument('docs/how-to/mount-on-your-provider.md')).filter(
  ({ language }) => language === 'js',
)

let folder: string
let host: RunningProcess
let issuer: string

beforeAll(async () => {
  // Inside the package, whose name the example imports; git ignores the folder.
  await mkdir(join(root, '.vitest'), { recursive: true })
  folder = await mkdtemp(join(root, '.vitest/example-'))
  await writeFile(join(folder, 'host.mjs'), example?.text ?? '')
  const port = await freePort()
  issuer = `http://localhost:${port}`
  host = await runScript(join(folder, 'host.mjs'), `listening at ${issuer}`, {
    cwd: folder,
    env: { PORT: String(port), DATA_DIR: folder },
  })
})
afterAll(async () => {
  await host.stop()
  await rm(folder, { recursive: true })
})

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const redirectUri = 'https://panel.example.com/callback'

/** Alice signs in at the panel, by the provider's development pages. */
async function signIn(): Promise<string> {
  const jar = new CookieJar()
  const query = new URLSearchParams({
    client_id: 'admin-panel',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  let at = await jar.follow(`${issuer}/auth?${query.toString()}`)
  for (const prompt of ['login', 'consent']) {
    const [, action = ''] = /action="([^"]*)"/.exec(at.page ?? '') ?? []
    const form = new URLSearchParams({ prompt, login: 'alice', password: 'any' })
    at = await jar.follow(new URL(action, issuer).href, form)
  }
  const code = new URL(at.url).searchParams.get('code') ?? ''
  return grantedTo('admin-panel', {
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    code_verifier: verifier,
    code,
  })
}

async function grantedTo(client: string, form: Record<string, string>): Promise<string> {
  const { body } = await postForm(`${issuer}/token`, form, basic(client))
  return (body as { access_token: string }).access_token
}

it('impersonates on the host of the example', async () => {
  const impersonatorToken = await signIn()
  const service = await grantedTo('backend', { grant_type: 'client_credentials', scope: 'root' })
  const start = `${issuer}/api/v1/users/jane/impersonation/portal`
  const started = await postJson(start, { impersonatorToken }, bearer(service))
  expect(started).toMatchObject({ status: 200, body: { mode: 'read_only' } })

  const { refresh_token, impersonation_id } = started.body as Record<string, string>
  const refreshed = await postForm(`${issuer}/token`, {
    grant_type: 'refresh_token',
    client_id: 'portal',
    refresh_token: refresh_token ?? '',
  })
  const { access_token: access } = refreshed.body as { access_token: string }
  expect((await get(`${issuer}/me`, bearer(access))).body).toEqual({
    sub: 'jane',
    name: 'jane',
    act: { sub: 'alice' },
    impersonation_id,
    impersonation_mode: 'read_only',
  })
  const end = await postJson(`${issuer}/api/v1/impersonation/end`, undefined, bearer(access))
  expect(end.status).toBe(204)
  expect((await get(`${issuer}/me`, bearer(access))).status).toBe(401)
})

it('refuses to impersonate staff there', async () => {
  const impersonatorToken = await signIn()
  const service = await grantedTo('backend', { grant_type: 'client_credentials', scope: 'root' })
  const start = `${issuer}/api/v1/users/alice/impersonation/portal`
  const answer = await postJson(start, { impersonatorToken }, bearer(service))
  expect(answer).toMatchObject({ status: 403, body: { code: 'TARGET_NOT_ALLOWED' } })
})
