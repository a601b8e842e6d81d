import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { codeBlocks, readDocument, root } from '../docs/markdown.ts'
import { filesOfGuide } from '../docs/sdk-guide.ts'
import { launchBrowser } from '../support/browser.ts'
import type { ScriptedIssuer } from '../support/sdk-issuer.ts'
import { startScriptedIssuer } from '../support/sdk-issuer.ts'
import type { Site } from './site.ts'
import { earlyScript, startSite } from './site.ts'

const LINK = '/callback?refresh_token=a-token-of-a-link-0123456789'
const SDK = join(root, 'sdk/src')

let browser: Browser
let issuer: ScriptedIssuer
let site: Site
let folder: string
let page: Page
let complaints: string[]

beforeAll(async () => {
  // Inside the package, so that React is found; git ignores the folder.
  await mkdir(join(root, '.vitest'), { recursive: true })
  folder = await mkdtemp(join(root, '.vitest/apps-'))
  ;[browser, site, issuer] = await Promise.all([
    launchBrowser(),
    startSite('localhost', {
      '/early.js': await earlyScript(),
      '/api/orders': '[{"id":"Order 17"}]',
      '/orders': '[{"id":"Order 17"}]',
    }),
    startScriptedIssuer(),
  ])
  site.headers = headersOfTheGuide()
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([site?.close(), issuer?.close(), rm(folder, { recursive: true })])
})
beforeEach(async () => {
  Object.assign(issuer, { claims: { aud: 'orders-spa' } })
  page = await browser.newPage()
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
})
afterEach(async () => {
  await page.close()
})

const here = (text: string): string =>
  text
    .replaceAll('https://id.example', issuer.issuer)
    .replaceAll('https://orders.example', site.origin)

/** The two headers that the guide on policies shows first. */
function headersOfTheGuide(): Record<string, string> {
  const guide = readDocument('docs/how-to/allow-it-in-your-content-security-policy.md')
  const { text = '' } = codeBlocks(guide)[0] ?? {}
  return Object.fromEntries(
    here(text)
      .trim()
      .split('\n')
      .map((line) => /^([\w-]+): (.*)$/.exec(line)?.slice(1) as [string, string]),
  )
}

/** One script of a guide's files, beginning with its `src/main`. */
async function appOf(guide: string): Promise<string> {
  const place = join(folder, guide)
  const files = filesOfGuide(`docs/how-to/${guide}.md`)
  for (const [name, text] of files) {
    await mkdir(dirname(join(place, name)), { recursive: true })
    await writeFile(join(place, name), here(text))
  }
  const main = [...files.keys()].find((name) => name.startsWith('src/main.')) ?? ''
  const { outputFiles } = await build({
    entryPoints: [join(place, main)],
    alias: {
      '@understudy/sdk/banner': join(SDK, 'banner/index.ts'),
      '@understudy/sdk/react': join(SDK, 'react/index.ts'),
      '@understudy/sdk': join(SDK, 'index.ts'),
    },
    define: { 'process.env.NODE_ENV': '"production"' },
    jsx: 'automatic',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return outputFiles[0]?.text ?? ''
}

const orderAgain = () => page.getByRole('button', { name: 'Order again' })

describe('Under the policy of the guide, with Trusted Types', () => {
  it('markup from a string is refused, so what follows means something', async () => {
    await page.goto(site.origin)
    const refused = await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>bold</b>'
        return null
      } catch (error) {
        return (error as Error).name
      }
    })
    expect(refused).toBe('TypeError')
  })

  it('the app without a framework shows who is there, and is read-only', async () => {
    const [html] = codeBlocks(readDocument('docs/how-to/use-it-without-a-framework.md'))
    site.files.set('*', html?.text ?? '')
    site.files.set('/main.js', await appOf('use-it-without-a-framework'))
    await page.goto(site.origin + LINK)
    await page.getByTestId('impersonation-banner').waitFor()
    await expect.poll(() => page.locator('#orders').textContent()).toBe('Order 17')
    expect(await page.locator('#who').textContent()).toBe('Support is here: root@acme.test')
    expect(await orderAgain().isDisabled()).toBe(true)
    expect(await page.locator('#problem').textContent()).toBe('')
    const sent = site.asked.findLast(({ url }) => url === '/api/orders')
    expect(sent?.headers.authorization).toMatch(/^Bearer access-/)
    await page.getByTestId('impersonation-end').click()
    await page.locator('main').waitFor()
    expect(complaints).toEqual([])
  })

  it('the app without a framework works as ever where nobody impersonates, and says why not', async () => {
    const before = site.asked.length
    await page.goto(site.origin)
    await expect.poll(() => page.locator('#orders').textContent()).toBe('Order 17')
    expect(await orderAgain().isDisabled()).toBe(false)
    expect(
      site.asked.slice(before).every(({ headers }) => headers.authorization === undefined),
    ).toBe(true)
    await page.goto(`${site.origin}${LINK}&code=abc`)
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('Malformed link. Start again.')
    expect(complaints).toEqual([])
  })

  it('the app with React shows who is there, hides, and is read-only', async () => {
    site.files.set(
      '*',
      `<!doctype html><html lang="en"><head><title>Orders</title><script src="/early.js"></script>
        <script type="module" src="/main.js"></script></head><body><div id="root"></div></body></html>`,
    )
    site.files.set('/main.js', await appOf('use-it-with-react'))
    await page.goto(site.origin + LINK)
    await page.getByTestId('impersonation-banner').waitFor()
    await page.getByText('Support is here: root@acme.test').waitFor()
    await page.getByRole('listitem').getByText('Order 17').waitFor()
    await page.getByText('Only the customer sees this.').waitFor()
    expect(await page.getByText('Recovery codes').count()).toBe(0)
    expect(await orderAgain().isDisabled()).toBe(true)
    expect(await page.getByText('New order').getAttribute('aria-disabled')).toBe('true')
    const sent = site.asked.findLast(({ url }) => url === '/orders')
    expect(sent?.headers.authorization).toMatch(/^Bearer access-/)
    await page.goto(`${site.origin}/elsewhere`)
    await page.getByTestId('impersonation-end').click()
    await page.locator('main').waitFor()
    await page.goto(`${site.origin}/elsewhere`)
    await page.getByText('Recovery codes').waitFor()
    expect(await orderAgain().isDisabled()).toBe(false)
    expect(complaints).toEqual([])
  })
})
