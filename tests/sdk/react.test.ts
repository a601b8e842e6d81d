import { join } from 'node:path'
import { build, type BuildOptions } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'

const app = `
  import { StrictMode, useEffect, useLayoutEffect } from 'react'
  import { createRoot } from 'react-dom/client'
  import { renderToString } from 'react-dom/server'
  import * as sdk from './sdk/src/react/index.ts'
  import { fakeImpersonation } from './tests/support/fake-impersonation.ts'
  const { ImpersonationProvider, useImpersonation, useActor, HideWhileImpersonating, DisableWhileReadOnly } = sdk

  function Early() {
    useLayoutEffect(() => void imp.calls.push('layout effect'), [])
    useEffect(() => void imp.calls.push('effect'), [])
  }

  function Who() {
    const { status, session, impersonation } = useImpersonation()
    const actor = useActor()
    return <>
      <p id="status">{status}</p>
      <p id="actor">{actor?.email ?? 'nobody'}</p>
      <p id="subject">{session?.subject.email ?? 'nobody'}</p>
      <button id="end" onClick={() => void impersonation.end()}>End</button>
    </>
  }
  const App = () => <ImpersonationProvider impersonation={imp}>
    <Who />
    <Early />
    <HideWhileImpersonating fallback={<p id="instead">Not for support</p>}><p id="secret">Card 4242</p></HideWhileImpersonating>
    <DisableWhileReadOnly><input id="name" /></DisableWhileReadOnly>
    <DisableWhileReadOnly>{(disabled) => <a id="link" aria-disabled={disabled}>Delete</a>}</DisableWhileReadOnly>
  </ImpersonationProvider>

  globalThis.imp = fakeImpersonation()
  globalThis.active = imp.state
  imp.become({ status: 'idle', session: null })
  globalThis.html = renderToString(<App />)
  try { renderToString(<Who />) } catch (error) { globalThis.refusal = error.message }
  createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>)`

const bundle = async (contents: string, options: BuildOptions): Promise<string> => {
  const resolveDir = join(import.meta.dirname, '../..')
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, loader: 'tsx' },
    jsx: 'automatic',
    bundle: true,
    target: 'es2022',
    write: false,
    ...options,
  })
  return outputFiles?.[0]?.text ?? ''
}

let browser: Browser
let page: Page
let script: string

beforeAll(async () => {
  const define = { 'process.env.NODE_ENV': '"development"' }
  ;[script, browser] = await Promise.all([bundle(app, { format: 'iife', define }), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
})

let complaints: string[]
beforeEach(async () => {
  await page?.close()
  complaints = []
  page = await browser.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.setContent('<!doctype html><title>App</title><div id="root"></div>')
  await page.addScriptTag({ content: script })
  await page.locator('#status').waitFor()
})

function expectSoon<T>(read: () => Promise<T>) {
  return expect.poll(read)
}
const text = (id: string): Promise<string | null> => page.locator(`#${id}`).textContent()
const become = async (state: string): Promise<void> => {
  await page.evaluate(`imp.become(${state})`)
}

describe('the bindings for React', () => {
  it('start the impersonation and follow its state', async () => {
    expect(await page.evaluate('imp.calls')).toContain('start')
    expect([await text('status'), await text('actor')]).toEqual(['idle', 'nobody'])
    await become('active')
    await expectSoon(() => text('actor')).toBe('support@acme.test')
    expect([await text('status'), await text('subject')]).toEqual(['active', 'jane@customer.test'])
    await page.locator('#end').click()
    await expectSoon(() => text('actor')).toBe('nobody')
    expect(await text('status')).toBe('ended')
    expect(complaints).toEqual([])
  })

  it('start it before any effect below, and not on a server', async () => {
    // The last of them runs after the page was drawn.
    await expectSoon(() => page.evaluate('imp.calls.includes("effect")')).toBe(true)
    const calls = (await page.evaluate('imp.calls')) as string[]
    expect(calls.slice(0, 3)).toEqual(['start', 'layout effect', 'effect'])
    expect(calls.filter((call) => call === 'start')).toHaveLength(1)
  })

  it('leave out what is not for support, already while a link is being picked up', async () => {
    expect(await text('secret')).toBe('Card 4242')
    for (const state of ['{ status: "pending" }', 'active']) {
      await become(state)
      await expectSoon(() => page.locator('#instead').count()).toBe(1)
      expect(await page.locator('#secret').count()).toBe(0)
    }
  })

  it('disable controls while read-only, keep what was typed, and say why', async () => {
    await page.locator('#name').fill('Jane')
    await become('active')
    await expectSoon(() => page.locator('#name').isDisabled()).toBe(true)
    expect(await page.locator('#name').inputValue()).toBe('Jane')
    expect(await page.locator('fieldset').getAttribute('title')).toBe(
      'Read-only while impersonating',
    )
    expect(await page.locator('#link').getAttribute('aria-disabled')).toBe('true')
    await become('{ session: { ...active.session, mode: "full" } }')
    await expectSoon(() => page.locator('#name').isDisabled()).toBe(false)
    expect(await page.locator('#link').getAttribute('aria-disabled')).toBe('false')
  })

  it('render on a server, idle and without a style attribute', async () => {
    const html = (await page.evaluate('html')) as string
    expect(html).toContain('<p id="status">idle</p>')
    expect(html).toContain('Card 4242')
    expect(html).not.toContain('style=')
  })

  it('say what is missing outside of a provider', async () => {
    expect(await page.evaluate('refusal')).toContain('<ImpersonationProvider>')
  })
})
