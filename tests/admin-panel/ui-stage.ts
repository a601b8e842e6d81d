import { startDemo } from '@understudy/demo'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startPanel } from '../../admin-panel/server/index.ts'
import type { RegisteredApp } from 'understudy'
import type { Parts } from '../../server/src/standalone/parts.ts'
import { listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { launchBrowser } from '../support/browser.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { freePorts } from '../support/free-port.ts'
import { freshCode, PASSWORD } from '../support/visitor.ts'
import { builtPanel } from './ui-build.ts'

/** The panel as it is built, a real issuer, and Acme's apps, with a browser in front of it all. */
export interface Stage {
  readonly booted: Booted
  readonly cast: Cast
  readonly browser: Browser
  readonly panel: string
  readonly portal: string
  readonly billing: string
  close(): Promise<void>
}

export async function openStage(env: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const first = await freePorts(4)
  const places = [0, 1, 2, 3].map((offset) => `http://localhost:${first + offset}`)
  const [panel = '', portal = '', billing = '', resource = ''] = places
  const moved: Moved = {
    'http://localhost:4001': panel,
    'http://localhost:4002': portal,
    'http://localhost:4003': billing,
    'http://localhost:4004': resource,
  }
  const [staticDir, browser, booted] = await Promise.all([
    builtPanel(),
    launchBrowser(),
    boot({ env, alter: (parts) => elsewhere(moved, parts) }),
  ])
  const { issuer } = booted
  const client = { clientId: 'admin-panel', clientSecret: 'admin-panel-secret' }
  const server = await startPanel({ issuer, url: panel, ...client, staticDir })
  const acme = await startDemo({ issuer, panel, portal, billing, resource }, listenOnLoopback)
  return {
    booted,
    cast: castOf(booted),
    browser,
    panel,
    portal,
    billing,
    async close() {
      await browser.close()
      await acme.close()
      await server.close()
      await booted.close()
    },
  }
}

type Moved = Readonly<Record<string, string>>

/** Registers the demo's apps where they are in this run. */
function elsewhere(moved: Moved, parts: Parts): Parts {
  const { apps } = parts.storage
  const move = (uri: string): string => {
    const from = Object.keys(moved).find((origin) => uri.startsWith(origin))
    return from === undefined ? uri : uri.replace(from, moved[from] ?? '')
  }
  const add: typeof apps.add = (app, at) =>
    apps.add(
      {
        ...app,
        // The demo's own addresses stay, too: the cast signs in with them.
        redirectUris: [...new Set([...app.redirectUris.map(move), ...kept(app)])],
        postLogoutRedirectUris: app.postLogoutRedirectUris.map(move),
        resources: app.resources.map(move),
      },
      at,
    )
  return { ...parts, storage: { ...parts.storage, apps: { ...apps, add } } }
}

const kept = ({ clientId, redirectUris }: RegisteredApp): readonly string[] =>
  clientId === 'admin-panel' ? redirectUris : []

/** A browser window, and everything it complained about. */
export interface Window {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors of scripts and breaches of policies. */
  readonly complaints: string[]
}

/** Signed in already, when given what a window that was is made of. */
export async function openWindow(stage: Stage, storageState?: SignedIn): Promise<Window> {
  const context = await stage.browser.newContext({
    viewport: { width: 1360, height: 900 },
    ...(storageState !== undefined && { storageState }),
  })
  const complaints: string[] = []
  context.on('console', (message) => {
    // A refused request is a line in the console by itself; what the page makes of it is what counts.
    const isRequest = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRequest) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  return { context, page: await context.newPage(), complaints }
}

export type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

/** Signs in once, for all windows that are to be opened with it. */
export async function signedIn(stage: Stage, email = 'root@acme.test'): Promise<SignedIn> {
  const { context, page } = await openWindow(stage)
  await signIn(stage, page, '/applications', email)
  await page.getByRole('heading', { name: 'Applications' }).waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/** Through the sign-in to `path`, with the second factor when the account has one. */
export async function signIn(
  stage: Stage,
  page: Page,
  path = '/',
  email = 'root@acme.test',
): Promise<void> {
  await page.goto(stage.panel + path)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await giveCode(stage, page, email)
  await page.waitForURL(`${stage.panel}/**`)
}

export async function giveCode(stage: Stage, page: Page, email: string): Promise<void> {
  const field = page.getByLabel('6-digit code')
  await field.waitFor()
  await field.fill(await freshCode(stage.booted, email))
  await page.getByRole('button', { name: 'Continue' }).click()
}
