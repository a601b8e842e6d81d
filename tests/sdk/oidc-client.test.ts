import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { expectEnded } from '../support/scene.ts'
import type { Site } from './site.ts'
import { bundle, startSite } from './site.ts'

const CLIENT = 'sdk-spa'
const GUIDE = join(import.meta.dirname, '../../docs/how-to/use-it-beside-your-oidc-client.md')

let booted: Booted
let cast: Cast
let browser: Browser
let site: Site
let context: BrowserContext
let page: Page
let asked: string[]

/** The guide's own file, for the issuer of the test. */
async function appOfTheGuide(issuer: string): Promise<string> {
  const [, code = ''] =
    /^```ts\n\/\/ src\/session\.ts\n([^]*?)^```/m.exec(readFileSync(GUIDE, 'utf8')) ?? []
  const here = code
    .replace("'@understudy/sdk'", "'./sdk/src/index.ts'")
    .replace("'@understudy/sdk/banner'", "'./sdk/src/banner/index.ts'")
    .replace('https://id.example', issuer)
    .replace('orders-spa', CLIENT)
  return bundle(`${here}\nwindow.own = { imp, users, accessToken, leave, begun: begin() }`, 'esm')
}

/** What the app of the guide is to a test. */
interface Own {
  readonly begun: Promise<void>
  readonly imp: { readonly state: { readonly status: string }; end(): Promise<void> }
  readonly users: {
    getUser(): Promise<{ readonly access_token: string; readonly profile: { sub: string } } | null>
    signinSilent(how?: { forceIframeAuth: boolean }): Promise<{ profile: { sub: string } } | null>
  }
  accessToken(): Promise<string | null>
  leave(): Promise<void>
}
declare global {
  interface Window {
    own: Own
  }
}

beforeAll(async () => {
  ;[booted, browser, site] = await Promise.all([
    boot(),
    launchBrowser(),
    startSite('localhost', {
      '*': '<!doctype html><html lang="en"><title>App</title><script type="module" src="/app.js"></script></html>',
    }),
  ])
  cast = castOf(booted)
  site.files.set('/app.js', await appOfTheGuide(booted.issuer))
  const { storage } = booted.parts
  const portal = await storage.apps.find('acme-portal')
  if (portal === undefined) throw new Error('the demo has no portal')
  const app = { ...portal, clientId: CLIENT, redirectUris: [`${site.origin}/callback`] }
  await storage.unitOfWork.run(() => storage.apps.add(app, Date.now()))
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([site?.close(), booted?.close()])
})
beforeEach(async () => {
  context = await browser.newContext()
  asked = []
  context.on('request', (request) => {
    if (request.url().startsWith(booted.issuer)) asked.push(request.url())
  })
  page = await context.newPage()
})
afterEach(() => context.close())

/** Through the issuer's pages, as a person does, whichever of them come. */
async function signIn(email: string): Promise<void> {
  await page.goto(site.origin)
  await page.waitForURL(`${booted.issuer}/**`)
  const home = page.waitForURL(`${site.origin}/**`).then(() => null)
  let names = ['password', 'code', 'decision']
  for (;;) {
    const field = page.locator(names.map((name) => `[name="${name}"]`).join()).first()
    const name = await Promise.race([home, field.getAttribute('name').catch(() => null)])
    if (name === null) break
    names = names.filter((other) => other !== name)
    await answer(name, email)
  }
  await home
  await page.evaluate(() => window.own.begun)
}

async function answer(name: string, email: string): Promise<void> {
  if (name === 'decision') {
    await page.locator('[name="decision"][value="accept"]').click()
    return
  }
  if (name === 'password') await page.locator('[name="email"]').fill(email)
  const secret = unusedCode('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', null, Date.now()) ?? ''
  await page.locator(`[name="${name}"]`).fill(name === 'code' ? secret : 'understudy-demo')
  await page.locator('button[type="submit"], form button').first().click()
}

const signedInAs = (): Promise<string | undefined> =>
  page.evaluate(async () => (await window.own.users.getUser())?.profile.sub)

const holderOfToken = async (): Promise<Record<string, unknown>> => {
  const token = await page.evaluate(() => window.own.accessToken())
  const { sub, act } = (await cast.introspect(token ?? '')).body as Record<string, unknown>
  return { sub, act }
}

const renewSilently = (how?: { forceIframeAuth: boolean }): Promise<string | undefined> =>
  page.evaluate(async (given) => (await window.own.users.signinSilent(given))?.profile.sub, how)

describe('An app with oidc-client-ts, as in the guide', () => {
  // The administrator is signed in at the issuer and in this very tab: all that could be mixed up.
  it.each(['usr_root', 'usr_omar'])(
    'stays whom it impersonates while %s is renewed silently',
    async (own) => {
      await signIn(own === 'usr_root' ? 'root@acme.test' : 'omar@customer.test')
      expect(await signedInAs()).toBe(own)
      expect(await holderOfToken()).toEqual({ sub: own, act: undefined })

      const { body } = await cast.start({ app: CLIENT })
      const id = body.impersonation_id as string
      await page.goto(body.links[0])
      await page.getByRole('alertdialog').getByRole('button', { name: 'Impersonate' }).click()
      await page.evaluate(() => window.own.begun)
      const jane = { sub: 'usr_jane', act: { sub: 'usr_root' } }
      expect(await holderOfToken()).toEqual(jane)

      asked.length = 0
      expect(await renewSilently({ forceIframeAuth: true })).toBe(own)
      expect(asked.filter((url) => /\/auth\?.*prompt=none/.test(url))).toHaveLength(1)
      expect(await renewSilently()).toBe(own)
      expect([await signedInAs(), await holderOfToken()]).toEqual([own, jane])
      expect(await page.evaluate(() => window.own.imp.state.status)).toBe('active')
      await page.getByTestId('impersonation-banner').waitFor()

      await page.reload()
      await page.evaluate(() => window.own.begun)
      expect([await signedInAs(), await holderOfToken()]).toEqual([own, jane])

      await page.evaluate(() => window.own.leave())
      await expectEnded(booted, cast, id, 'ended_by_impersonator')
      expect(asked.join()).not.toContain('/session/end')
      // This page has shown Jane, so it is nobody else's any more.
      const refused = await page.evaluate(() =>
        window.own.accessToken().catch((error: unknown) => (error as { code: string }).code),
      )
      expect(refused).toBe('IMPERSONATION_ENDED')
      await page.goto(site.origin)
      await page.evaluate(() => window.own.begun)
      expect(await holderOfToken()).toEqual({ sub: own, act: undefined })
      expect(await renewSilently({ forceIframeAuth: true })).toBe(own)
    },
  )

  it('keeps its own sign-in when the person at the keyboard says no', async () => {
    await signIn('omar@customer.test')
    const { body } = await cast.start({ app: CLIENT })
    await page.goto(body.links[0])
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
    await page.evaluate(() => window.own.begun)
    expect(await holderOfToken()).toEqual({ sub: 'usr_omar', act: undefined })
    await expectEnded(booted, cast, body.impersonation_id, 'ended_by_impersonator')
  })
})
