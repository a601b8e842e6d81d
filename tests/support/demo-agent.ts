import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Booted } from './boot.ts'
import type { Cast } from './cast.ts'
import { castOf } from './cast.ts'
import type { DemoServer } from './demo-server.ts'
import { authorization, PASSWORD, redeem } from './visitor.ts'

export const ROOT = 'root@acme.test'
export const JANE = 'jane@customer.test'

export interface Started {
  readonly impersonation_id: string
  readonly refresh_token: string
  readonly links: readonly string[]
}

/** Root, signed in at the demo with a browser, and able to impersonate Jane. */
export interface DemoAgent {
  readonly cast: Cast
  start(app?: string, body?: Record<string, unknown>): Promise<Started>
  record(started: Started): Promise<unknown>
  /** The administrator may have one at a time. */
  endAll(): Promise<void>
}

export async function givePassword(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** By clicking through the pages; the panel did not ask for what they bring to its callback, so it stays good. */
export async function signInAgent(server: DemoServer, browser: Browser): Promise<DemoAgent> {
  // Whatever is asked of this cast goes over HTTP: the server is another process.
  const cast = castOf({ issuer: server.issuer } as Booted)
  const context = await browser.newContext()
  const page = await context.newPage()
  const request = authorization('admin-panel', { redirect_uri: server.callback })
  await page.goto(server.issuer + request.address)
  await givePassword(page, ROOT)
  const code = await page.locator('.demo code').textContent()
  await page.getByLabel('6-digit code').fill(code ?? '')
  const brought = page.waitForRequest((asked) => asked.url().startsWith(`${server.callback}?`))
  await page.getByRole('button', { name: 'Continue' }).click()
  const callback = (await brought).url()
  await context.close()
  const { body } = await redeem(cast, request, callback)
  return agentOf(cast, body.access_token as string)
}

function agentOf(cast: Cast, actor: string): DemoAgent {
  const path = '/api/v1/impersonations'
  return {
    cast,
    async start(app = 'acme-portal', body = {}) {
      const wish = { reason: 'Cannot see charger 12', ticket: 'SUP-1234', ...body }
      const answer = await cast.start({ actor, app, body: wish })
      expect(answer.status).toBe(200)
      return answer.body as Started
    },
    async record({ impersonation_id: id }) {
      const token = await cast.serviceToken()
      return (await cast.request('GET', `${path}/${id}`, { token })).body
    },
    async endAll() {
      const token = await cast.serviceToken()
      const found = await cast.request('GET', `${path}?status=active&actor=usr_root`, { token })
      for (const { id } of found.body.items as { id: string }[])
        await cast.request('DELETE', `${path}/${id}`, { token })
    },
  }
}
