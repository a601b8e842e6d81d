import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../docs/markdown.ts'
import type { RunningProcess } from '../docs/running-process.ts'
import { runScript } from '../docs/running-process.ts'
import { filesOfGuide } from '../docs/sdk-guide.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { freePort } from '../support/free-port.ts'
import { expectEnded, expectOpen } from '../support/scene.ts'
import { bundle } from './site.ts'

const CLIENT = 'orders-spa'

let booted: Booted
let cast: Cast
let browser: Browser
let page: Page
let folder: string
let running: RunningProcess
let origin: string

beforeAll(async () => {
  ;[booted, browser] = await Promise.all([boot(), launchBrowser()])
  cast = castOf(booted)
  const port = await freePort()
  origin = `http://localhost:${port}`
  const { storage } = booted.parts
  const portal = await storage.apps.find('acme-portal')
  if (portal === undefined) throw new Error('the demo has no portal')
  const app = { ...portal, clientId: CLIENT, redirectUris: [`${origin}/callback`] }
  await storage.unitOfWork.run(() => storage.apps.add(app, Date.now()))

  // Inside the package, so that Express is found; git ignores the folder.
  await mkdir(join(root, '.vitest'), { recursive: true })
  folder = await mkdtemp(join(root, '.vitest/pages-'))
  const files = filesOfGuide('docs/how-to/use-it-on-server-rendered-pages.md')
  const banner = files
    .get('banner.ts')
    ?.replace('@understudy/sdk/banner', './sdk/src/banner/index.ts')
  await writeFile(join(folder, 'banner.js'), await bundle(banner ?? ''))
  const server = files
    .get('server.mjs')
    ?.replace('https://id.example', booted.issuer)
    .replace(
      'app.listen(3000)',
      `app.use(express.static('.'))\napp.listen(${port}, () => console.log('up'))`,
    )
  await writeFile(join(folder, 'server.mjs'), server ?? '')
  running = await runScript(join(folder, 'server.mjs'), 'up', { cwd: folder, env: {} })
})
afterAll(async () => {
  await running?.stop()
  await browser?.close()
  await booted?.close()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  await page?.context().close()
  page = await (await browser.newContext()).newPage()
})

const begin = async (): Promise<string> => {
  const { body } = await cast.start({ app: CLIENT })
  await page.goto(body.links[0])
  await page.getByRole('button', { name: 'Continue as the customer' }).click()
  await page.waitForURL(`${origin}/`)
  return body.impersonation_id as string
}

describe('Pages from a server, as in the guide', () => {
  it('show who is there, and end by a form with the inputs of the element', async () => {
    const id = await begin()
    const bar = page.getByTestId('impersonation-banner')
    await bar.waitFor()
    expect(await page.getByTestId('impersonation-actor').textContent()).toContain('root@acme.test')
    expect(await page.getByTestId('impersonation-subject').textContent()).toContain(
      'jane@customer.test',
    )
    expect(await bar.getByRole('timer').textContent()).toMatch(/29:\d\d|30:00/)
    await expectOpen(booted, cast, id)
    const [posted] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST'),
      page.getByTestId('impersonation-end').click(),
    ])
    expect(posted.url()).toBe(`${origin}/impersonation/end`)
    expect(posted.postData()).toMatch(/^csrf=[\w-]{36}$/)
    await page.getByText('Sign in.').waitFor()
    await expectEnded(booted, cast, id, 'ended_by_impersonator')
  })

  it('keep the token to the server, and begin nothing that nobody confirmed', async () => {
    const { body } = await cast.start({ app: CLIENT })
    await (await fetch(body.links[0])).text()
    const form = new URLSearchParams({ refresh_token: body.refresh_token })
    const forged = await fetch(`${origin}/impersonation/begin`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
      body: form,
      redirect: 'manual',
    })
    expect(forged.status).toBe(403)
    await page.goto(body.links[0])
    await page.getByRole('button', { name: 'Continue as the customer' }).click()
    await page.getByTestId('impersonation-banner').waitFor()
    const [cookie] = await page.context().cookies(origin)
    expect(cookie).toMatchObject({ name: 'support', httpOnly: true, sameSite: 'Strict' })
    expect(await page.content()).not.toContain(body.refresh_token)
    const withoutForm = await page.request.post(`${origin}/impersonation/end`, {
      form: { csrf: 'x' },
    })
    expect(withoutForm.status()).toBe(403)
    await expectOpen(booted, cast, body.impersonation_id)
    await page.getByTestId('impersonation-end').click()
    await page.getByText('Sign in.').waitFor()
    await expectEnded(booted, cast, body.impersonation_id, 'ended_by_impersonator')
  })

  it('refuse an ordinary sign-in that somebody put into a link', async () => {
    const { accessToken, refreshToken } = await signedInAsOmar()
    expect((await cast.userinfo(accessToken)).body).toMatchObject({ sub: 'usr_omar' })
    await page.goto(`${origin}/callback?refresh_token=${refreshToken}`)
    await page.getByRole('button', { name: 'Continue as the customer' }).click()
    await page.getByText('Not an impersonation.').waitFor()
    expect(await page.context().cookies(origin)).toEqual([])
  })
})

/** Tokens that the app was really given, for somebody who signed in by themselves. */
async function signedInAsOmar(): Promise<{ accessToken: string; refreshToken: string }> {
  const other = await (await browser.newContext()).newPage()
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const redirectUri = `${origin}/callback`
  const query = new URLSearchParams({
    client_id: CLIENT,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid offline_access',
    prompt: 'consent',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  await other.goto(`${booted.issuer}/auth?${query.toString()}`)
  await other.locator('[name="email"]').fill('omar@customer.test')
  await other.locator('[name="password"]').fill('understudy-demo')
  await other.locator('button[type="submit"], form button').first().click()
  await other.locator('[name="decision"][value="accept"]').click()
  await other.waitForURL(`${redirectUri}?**`)
  const code = new URL(other.url()).searchParams.get('code') ?? ''
  await other.context().close()
  const { body } = await cast.form('/token', {
    grant_type: 'authorization_code',
    client_id: CLIENT,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    code,
  })
  return { accessToken: body.access_token, refreshToken: body.refresh_token }
}
