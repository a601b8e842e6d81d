import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import type { SdkApp } from '../support/sdk-app.ts'
import { startSdkApp, started } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { startScriptedIssuer } from '../support/sdk-issuer.ts'

export const TOKEN = 'a-token-of-a-link-0123456789'
export const LINK: string = `/callback?refresh_token=${TOKEN}`

interface Stage {
  app: SdkApp
  attacker: SdkApp
  issuer: ScriptedIssuer
  context: BrowserContext
  page: Page
  /** What went wrong in the pages. */
  complaints: string[]
}

const stage = {} as Stage
let browser: Browser

export const use = (more = ''): void => {
  stage.app.options = `{ issuer: '${stage.issuer.issuer}', clientId: 'spa', requireBanner: false, ${more} }`
}

/** For each test of a file a page, and an issuer that answers as it is told to. */
export function openOddPages(): Stage {
  beforeAll(async () => {
    ;[browser, stage.app, stage.attacker] = await Promise.all([
      launchBrowser(),
      startSdkApp('localhost'),
      startSdkApp('127.0.0.2'),
    ])
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([stage.app?.close(), stage.attacker?.close()])
  })
  beforeEach(async () => {
    stage.issuer = await startScriptedIssuer()
    stage.app.head = ''
    stage.app.api = () => ({ status: 200 })
    use()
    const context = await browser.newContext()
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    Object.assign(stage, { context, page, complaints })
  })
  afterEach(async () => {
    await stage.context.close()
    await stage.issuer.close()
  })
  return stage
}

export const open = async (path: string, at: Page = stage.page): Promise<string | null> => {
  await at.goto(stage.app.origin + path)
  return started(at)
}
