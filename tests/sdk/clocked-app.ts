import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { started } from '../support/sdk-app.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { startScriptedIssuer } from '../support/sdk-issuer.ts'
import { patientTabs } from './patient-tabs.ts'
import type { Site } from './site.ts'
import { appScript, startSite } from './site.ts'

const LINK = '/callback?refresh_token=a-token-of-a-link-0123456789'
const PAGE = `<!doctype html><html lang="en"><title>App</title><h1>Orders of Jane Doe</h1>
  <script src="/app.js"></script></html>`

interface ClockedApp {
  readonly issuer: ScriptedIssuer
  /** Its clock is ours: it goes on by itself, and further when it is told to. */
  readonly context: BrowserContext
  readonly page: Page
}

/**
 * For each test of a file an impersonation that has just begun, at an issuer of its own. `prepare`
 * runs before the clock is installed and any page opened.
 */
export function openClockedApp(
  prepare?: (context: BrowserContext) => Promise<unknown>,
): ClockedApp {
  const stage = {} as { -readonly [Key in keyof ClockedApp]: ClockedApp[Key] }
  let browser: Browser
  let site: Site
  beforeAll(async () => {
    ;[browser, site] = await Promise.all([launchBrowser(), startSite('localhost', { '*': PAGE })])
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })
  beforeEach(async () => {
    stage.issuer = await startScriptedIssuer()
    const options = `{ issuer: '${stage.issuer.issuer}', clientId: 'spa' }`
    site.files.set('/app.js', await appScript(options))
    stage.context = await browser.newContext()
    await prepare?.(stage.context)
    await stage.context.clock.install()
    await patientTabs(stage.context)
    stage.page = await stage.context.newPage()
    await stage.page.goto(site.origin + LINK)
    if ((await started(stage.page)) !== 'imp_1') throw new Error('it did not begin')
  })
  afterEach(async () => {
    await stage.context.close()
    await stage.issuer.close()
  })
  return stage
}
