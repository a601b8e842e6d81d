import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import type { DemoAgent } from '../support/demo-agent.ts'
import { signInAgent } from '../support/demo-agent.ts'
import type { DemoServer } from '../support/demo-server.ts'
import { startDemoServer } from '../support/demo-server.ts'

/** What the tests of one file share: the demo, an agent signed in, and for each of them a fresh window. */
export interface OnDemo {
  readonly server: DemoServer
  readonly agent: DemoAgent
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  /** What the window complained about: scripts, policies, missing files. */
  readonly complaints: readonly string[]
}

interface Demo {
  readonly server: DemoServer
  readonly browser: Browser
  readonly agent: DemoAgent
}

interface Window {
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: readonly string[]
}

/** Call it once, where the file begins. Each test leaves no impersonation behind. */
export function onDemo(): OnDemo {
  const shared: Partial<Demo & Window> = {}
  beforeAll(async () => {
    const [server, browser] = await Promise.all([startDemoServer(), launchBrowser()])
    Object.assign(shared, { server, browser })
    Object.assign(shared, { agent: await signInAgent(server, browser) })
  })
  beforeEach(async () => {
    if (shared.browser !== undefined) Object.assign(shared, await openWindow(shared.browser))
  })
  afterEach(async () => {
    await shared.context?.close()
    await shared.agent?.endAll()
  })
  afterAll(async () => {
    await shared.browser?.close()
    await shared.server?.close()
  })
  // Inside of a test everything is there.
  return shared as OnDemo
}

async function openWindow(browser: Browser): Promise<Window> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { context, page, complaints }
}
