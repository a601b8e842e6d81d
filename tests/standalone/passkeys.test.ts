import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { axe, launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { authorization, PASSWORD, redeem } from '../support/visitor.ts'

let booted: Booted
let cast: Cast
let browser: Browser
let context: BrowserContext
let page: Page
let cdp: CDPSession
let authenticatorId: string
let complaints: string[]

beforeAll(async () => {
  ;[booted, browser] = await Promise.all([boot(), launchBrowser()])
  cast = castOf(booted)
})
afterAll(async () => {
  await browser?.close()
  await booted?.close()
})
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  authenticatorId = await addAuthenticator(false)
})
afterEach(() => context.close())

/** A security key that needs no finger, or one whose keys are copied to other devices. */
async function addAuthenticator(isCopied: boolean): Promise<string> {
  const added = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: isCopied,
      defaultBackupState: isCopied,
    },
  })
  return added.authenticatorId
}

async function givePassword(email: string, path = '/account/security'): Promise<void> {
  await page.goto(booted.issuer + path)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function addPasskey(name: string): Promise<void> {
  await page.getByRole('link', { name: 'Add a passkey' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Make the passkey' }).click()
  await page.getByText('Your second factor is set up.').waitFor()
}

/** As in a browser that knows nothing of the login; the security key stays plugged in. */
const forget = (): Promise<void> => context.clearCookies()

const lastLogin = async (sub: string): Promise<unknown> =>
  (await cast.audit({ actor: sub, action: 'login.succeeded' })).at(-1)?.details['amr']

/** In the browser: what it would send along with the form of the page. */
const ANSWER = `(async () => {
  const { options } = document.querySelector('form[data-passkey]').dataset
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options))
  return JSON.stringify(await navigator.credentials.get({ publicKey }))
})()`

/** What the browser answers, with one member changed; gives the status of what comes back. */
async function sendOdd(way: 'create' | 'get', odd: string): Promise<number> {
  const parse = way === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'
  const [came] = await Promise.all([
    page.waitForResponse((one) => one.request().method() === 'POST'),
    page.evaluate(`(async () => {
      const form = document.querySelector('form[data-passkey]')
      const publicKey = PublicKeyCredential.${parse}(JSON.parse(form.dataset.options))
      const made = await navigator.credentials.${way}({ publicKey })
      const credential = JSON.parse(JSON.stringify(made))
      with (credential) { ${odd} }
      form.elements.credential.value = JSON.stringify(credential)
      document.documentElement.dataset.sent = ''
      form.submit()
    })()`),
  ])
  return came.status()
}

/** On the page that came back: the one that was sent may say so still, of the time before. */
const refused = (): Promise<void> =>
  page.locator('html:not([data-sent])').getByText('This passkey was not accepted.').waitFor()

describe('a passkey', () => {
  it('is added, asked for after the password, renamed and removed', async () => {
    await givePassword('amina@fabrikam.test')
    await addPasskey('Key on my ring')
    expect(await axe(page)).toEqual([])
    await page.getByText('not used yet').waitFor()

    await forget()
    await givePassword('amina@fabrikam.test')
    await page.getByRole('heading', { name: 'Use your passkey' }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('heading', { name: 'Security' }).waitFor()
    expect(await lastLogin('usr_amina')).toEqual(['pwd', 'hwk'])
    await page.getByText('last used').waitFor()

    await page.getByText('Rename').click()
    await page.getByLabel('New name').fill('<b>Ring</b>')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('<b>Ring</b>', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('None. A passkey is').waitFor()
    const events = await cast.audit({ subject: 'usr_amina' })
    expect(events.map(({ action, details }) => [action, details['method']])).toEqual([
      ['mfa.enrolled', 'passkey'],
      ['mfa.removed', 'passkey'],
    ])
    expect(complaints).toEqual([])
  })

  it('raises a login as a code does: acr, amr, and an impersonation', async () => {
    await givePassword('root@acme.test')
    await giveCode()
    await addPasskey('Laptop')
    await forget()
    const request = authorization('admin-panel')
    await givePassword('root@acme.test', request.address)
    const back = page.waitForRequest((one) => one.url().startsWith(request.redirectUri))
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    const { body } = await redeem(cast, request, (await back).url())
    const claims = JSON.parse(
      Buffer.from((body.id_token as string).split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>
    expect(claims).toMatchObject({ acr: 'urn:understudy:acr:mfa', amr: ['pwd', 'hwk', 'mfa'] })
    expect((await cast.start({ actor: body.access_token as string })).status).toBe(200)
  })

  it('answers a step-up, and says where its key lives', async () => {
    await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    authenticatorId = await addAuthenticator(true)
    await givePassword('yuki@fabrikam.test')
    await addPasskey('In the cloud')
    await page.goto(
      `${booted.issuer}${authorization('acme-portal', { max_age: '0', prompt: 'login' }).address}`,
    )
    await page.getByRole('heading', { name: /Sign in|Use your passkey/ }).waitFor()
    await forget()
    await givePassword('yuki@fabrikam.test')
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('heading', { name: 'Security' }).waitFor()
    expect(await lastLogin('usr_yuki')).toEqual(['pwd', 'pop'])
  })

  it('of another account, and an answer that was given before, are refused', async () => {
    await givePassword('elif@fabrikam.test')
    await addPasskey('Mine')
    await forget()
    await givePassword('elif@fabrikam.test')
    const form = page.locator('form[data-passkey]')
    await form.waitFor()
    // Answers are collected and sent by hand, as somebody would who has seen one.
    const answer: string = await page.evaluate(ANSWER)
    const replay = (credential: string): Promise<unknown> =>
      page.evaluate(`{
        const form = document.querySelector('form[data-passkey]')
        form.elements.credential.value = ${JSON.stringify(credential)}
        document.documentElement.dataset.sent = ''
        form.submit()
      }`)
    await replay(answer)
    await page.getByRole('heading', { name: 'Security' }).waitFor()
    await forget()
    await givePassword('elif@fabrikam.test')
    await form.waitFor()
    for (const credential of [answer, '{}', 'null', '"x"', '']) {
      await replay(credential)
      await refused()
    }
    const failed = await cast.audit({ actor: 'usr_elif', action: 'mfa.failed' })
    expect(failed.map(({ details }) => details['method'])).toEqual(
      Array.from({ length: 5 }, () => 'passkey'),
    )
  })

  it('whose description is of another shape is refused, and nothing of it is kept', async () => {
    await givePassword('mateus@northwind.test')
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    for (const odd of [
      "response.transports = 'usb'",
      'response.transports = 5',
      'response.transports = { length: 1 }',
      'response.transports = [5]',
      "response.transports = Array(99).fill('usb')",
      'response.clientDataJSON = 5',
      'response.attestationObject = null',
      'id = 5',
      'rawId = {}',
      'type = []',
      "response = 'x'",
    ]) {
      expect([odd, await sendOdd('create', odd)]).toEqual([odd, 400])
      await refused()
    }
    expect(await booted.parts.storage.passkeys.listOf('usr_mateus')).toEqual([])
    await page.getByLabel('Name').fill('Sound')
    await page.getByRole('button', { name: 'Make the passkey' }).click()
    await page.getByText('Your second factor is set up.').waitFor()
    await forget()
    await givePassword('mateus@northwind.test')
    for (const odd of [
      'response.signature = 5',
      'response.authenticatorData = []',
      'response.userHandle = 5',
      'response.clientDataJSON = {}',
      'id = [id]',
      'response = null',
    ]) {
      expect([odd, await sendOdd('get', odd)]).toEqual([odd, 400])
      await refused()
    }
    expect(booted.log()).not.toContain('"msg":"failed"')
  })

  it('is made once on each device, and the page says so', async () => {
    await givePassword('noah@fabrikam.test')
    await addPasskey('Here')
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Make the passkey' }).click()
    await page.getByText('This device has a passkey for this account already.').waitFor()
    expect(await axe(page)).toEqual([])
  })

  it('needs JavaScript, and the page says so; nothing else does', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false })
    page = await plain.newPage()
    await givePassword('jack@fabrikam.test')
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await page.locator('noscript p').waitFor()
    expect(await page.getByRole('button', { name: 'Make the passkey' }).count()).toBe(0)
    await plain.close()
  })
})

async function giveCode(): Promise<void> {
  const code = await page.locator('.demo code').textContent()
  await page.getByLabel('6-digit code').fill(code ?? '')
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
}
