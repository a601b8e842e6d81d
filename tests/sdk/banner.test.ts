import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { axe } from '../support/browser.ts'
import type { BannerSite } from '../support/sdk-banner-site.ts'
import { expectReported, expectSoon, hook, open, openBannerPages } from './banner-page.ts'

const stage = openBannerPages()
let page: Page
let site: BannerSite

beforeEach(() => {
  ;({ page, site } = stage)
})

const styleOf = (selector: string, property: string, pseudo = ''): Promise<string> =>
  page.evaluate(
    `getComputedStyle(document.querySelector('impersonation-banner').shadowRoot.querySelector('${selector}'), '${pseudo}').${property}`,
  )

describe('what it says', () => {
  it('names subject and actor, mode, reason and ticket, the time left and the way out', async () => {
    await open()
    expect((await hook('banner').innerText()).replaceAll('\n', ' | ')).toBe(
      'Impersonating jane@customer.test | signed in as support@acme.test | Read-only | Invoice is missing · ACME-1204 | 12:40 left | End impersonation',
    )
    await expectReported(true)
  })

  it('has the labelled section, one status, one alert and one timer', async () => {
    await open()
    await expectSoon(() => page.getByRole('region', { name: 'Impersonation' }).count()).toBe(1)
    expect(await page.getByRole('timer').count()).toBe(1)
    expect(await page.getByRole('status').count()).toBe(1)
    expect(await page.getByRole('alert').count()).toBe(1)
    expect(await axe(page)).toEqual([])
  })

  it('says aloud who is who, then five minutes, then one', async () => {
    await open()
    const status = page.getByRole('status')
    await expect
      .poll(() => status.textContent())
      .toBe('Impersonating jane@customer.test, signed in as support@acme.test. 13 minutes left')
    await page.evaluate('imp.left(300)')
    await expectSoon(() => status.textContent()).toBe('5 minutes left')
    expect(await page.getByRole('alert').textContent()).toBe('')
    await page.evaluate('imp.left(60)')
    await expectSoon(() => page.getByRole('alert').textContent()).toBe('1 minute left')
    expect(await styleOf('section', 'color')).toBe('rgb(165, 29, 0)')
    expect(await styleOf('section', 'backgroundColor')).toBe('rgb(255, 217, 210)')
    expect(await axe(page)).toEqual([])
  })

  it('H25 shows hostile names as text: markup, bidi overrides, 5,000 characters, joined emoji', async () => {
    const markup = '<img src=x onerror=alert(1)>'
    const email = `\u202Egro.live@enaj\u202C👩‍👩‍👧‍👦${'é'.repeat(5000)}`
    const actor = { sub: 'a', email: markup, name: null }
    await open({ subject: { sub: 's', email, name: null }, actor, reason: `<b>${markup}` })
    await expectReported(true)
    expect(await hook('actor').textContent()).toBe(markup)
    expect(await hook('banner').textContent()).toContain(`<b>${markup}`)
    expect(await hook('banner').locator('img').count()).toBe(0)
    const shown = (await hook('subject').textContent()) ?? ''
    expect(shown).toMatch(/^gro\.live@enaj👩‍👩‍👧‍👦é+$/u)
    expect([...shown]).toHaveLength(120)
    expect(await hook('subject').getAttribute('dir')).toBe('auto')
    const box = await hook('subject').boundingBox()
    expect(box?.width).toBeLessThan(400)
    expect(await axe(page)).toEqual([])
  })
})

describe('where it is', () => {
  it('pushes the content, stays on top when scrolling and tells its height', async () => {
    site.css += 'main{height:3000px}'
    await open()
    await expectReported(true)
    const height = (await hook('banner').boundingBox())?.height ?? 0
    expect((await page.locator('main').boundingBox())?.y).toBe(Math.round(height))
    const property =
      'document.documentElement.style.getPropertyValue("--impersonation-banner-height")'
    await expectSoon(() => page.evaluate(property)).toBe(`${Math.round(height)}px`)
    await page.evaluate('scrollTo(0, 1500)')
    expect((await hook('banner').boundingBox())?.y).toBe(0)
    await page.evaluate('scrollTo(0, 0)')
    await page.evaluate('banner.unmount()')
    expect(await page.evaluate(property)).toBe('')
    expect((await page.locator('main').boundingBox())?.y).toBe(0)
  })

  it.each([
    'html,body{height:100%}main{height:3000px}',
    'body{display:grid;grid-template-columns:9rem 1fr}',
    'body{display:flex;margin:48px;max-width:30rem}',
    'body{columns:3}main{height:3000px}',
    'html{margin:0!important;writing-mode:vertical-rl}',
  ])('spans the page above its content, however that is laid out: %s', async (rule) => {
    site.css += rule
    await open()
    await expectReported(true)
    const main = await page.locator('main').boundingBox()
    const { x, y, width, height = 0 } = (await hook('banner').boundingBox()) ?? {}
    expect({ x, y, width }).toEqual({ x: 0, y: 0, width: 1280 })
    expect(main?.y).toBeGreaterThanOrEqual(height)
    await page.evaluate('scrollTo(0, 2000)')
    await expectSoon(async () => (await hook('banner').boundingBox())?.y).toBe(0)
    await expectReported(true)
  })

  it('lays a double ring and a watermark over the page, under no pointer, in the top layer', async () => {
    await open()
    await expectReported(true)
    expect(await styleOf('[data-text]', 'pointerEvents')).toBe('none')
    expect(await styleOf('[data-text]', 'borderTopColor')).toBe('rgb(255, 191, 71)')
    expect(await styleOf('[data-text]', 'outlineColor')).toBe('rgb(138, 75, 0)')
    const text = await styleOf('[data-text]', 'content', '::before')
    expect(text).toContain('support@acme.test → jane@customer.test imp_7Qx2')
    await page.emulateMedia({ media: 'print' })
    expect(await styleOf('[data-text]', 'content', '::before')).toBe(text)
    expect(await styleOf('[data-text]', 'printColorAdjust')).toBe('exact')
    await page.emulateMedia({ media: 'screen' })
    await page.getByRole('button', { name: 'Buy' }).click()
  })

  it('wraps at 320 px without a sideways scroll, with targets of 28 px', async () => {
    await page.setViewportSize({ width: 320, height: 640 })
    await open({ mode: 'full' })
    await expectReported(true)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    const box = await hook('end').boundingBox()
    expect(Math.min(box?.height ?? 0, box?.width ?? 0)).toBeGreaterThanOrEqual(28)
    expect(await axe(page)).toEqual([])
  })

  it('waits for the body when mounted in the head', async () => {
    await page.goto(site.origin)
    await page.evaluate(
      `{ const { body } = document; body.remove(); mount(); document.documentElement.append(body) }`,
    )
    await expectReported(true)
  })

  it('runs from right to left in Arabic', async () => {
    await open({}, { language: 'ar' })
    const [end, subject] = [await hook('end').boundingBox(), await hook('subject').boundingBox()]
    expect(end?.x).toBeLessThan(subject?.x ?? 0)
    expect(await axe(page)).toEqual([])
  })

  it('moves only where motion is welcome', async () => {
    await open()
    await page.evaluate('imp.left(30)')
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    await expectSoon(() => styleOf('i', 'animationName')).toBe('p')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await styleOf('i', 'animationName')).toBe('none')
  })

  it('can be read on a dark page', async () => {
    site.css += '@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}'
    await page.emulateMedia({ colorScheme: 'dark' })
    await open()
    await expectReported(true)
    expect(await styleOf('section', 'color')).toBe('rgb(26, 18, 0)')
    expect(await styleOf('section', 'backgroundColor')).toBe('rgb(255, 191, 71)')
    expect(await axe(page)).toEqual([])
  })

  it('can be read in forced colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' })
    await open()
    await expectReported(true)
    expect(await styleOf('button', 'color')).toBe('rgb(0, 0, 0)')
    expect(await styleOf('button', 'backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await styleOf('i', 'borderTopColor')).toBe('rgb(0, 0, 0)')
    // axe takes the fill colour for the text's, which the browser does not replace by the forced one.
    const found = await axe(page)
    expect(found.filter(({ rule }) => rule !== 'color-contrast')).toEqual([])
  })

  it('marks title and icon, and gives both back', async () => {
    await open({}, { favicon: '/badge.png' })
    expect(await page.title()).toBe('Impersonating – Orders')
    await page.evaluate('document.title = "Invoices"')
    await expectSoon(() => page.title()).toBe('Impersonating – Invoices')
    const icon = page.locator('link[rel=icon]')
    expect(await icon.getAttribute('href')).toBe('/badge.png')
    await page.evaluate('banner.unmount()')
    expect(await page.title()).toBe('Invoices')
    expect(await icon.getAttribute('href')).toBe(`${site.origin}/icon.png`)
  })
})

describe('the end', () => {
  it('comes with Alt+Shift+E', async () => {
    await open()
    await page.keyboard.press('Alt+Shift+E')
    expect(await page.evaluate('imp.calls.filter((call) => call === "end")')).toEqual(['end'])
  })

  it.each([
    ['ended_here', 'You ended it.'],
    ['ended_elsewhere', 'It was ended in another tab.'],
    ['expired', 'Its time was up.'],
    ['revoked', 'It was ended elsewhere.'],
  ])(
    'leaves a page with its cause (%s), a way back, and nothing of the customer',
    async (reason, cause) => {
      await open({}, { returnTo: '/goodbye' })
      await page.evaluate(`imp.become({ status: 'ended', session: null, reason: '${reason}' })`)
      expect(await page.getByRole('heading').textContent()).toBe('Impersonation ended')
      expect(await page.getByRole('alert').textContent()).toBe(`Impersonation ended${cause}`)
      expect(await page.getByRole('link').getAttribute('href')).toBe('/goodbye')
      expect(await page.title()).toBe('Impersonation ended')
      expect(await page.evaluate('imp.visible')).toBe(false)
      await page.evaluate('document.body.append("jane@customer.test")')
      await expectSoon(() => page.evaluate('document.body.textContent')).toBe('')
      expect(await page.getByText('jane@customer.test').count()).toBe(0)
      expect(await axe(page)).toEqual([])
    },
  )
})

describe('<impersonation-banner> on a page the server rendered', () => {
  const element = (seconds: number): string =>
    `<impersonation-banner data-actor="support@acme.test" data-subject="jane@customer.test" data-mode="full"
      data-expires-in="${seconds}" data-end-action="/end"><input type="hidden" name="csrf" value="c1"></impersonation-banner>`

  it('shows its attributes and ends by posting a form with its inputs', async () => {
    site.body = element(300) + site.body
    // Time stands still until it was read.
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    await page.goto(site.origin)
    expect(await hook('banner').innerText()).toContain('Full access\n5:00 left')
    await page.clock.resume()
    expect(await hook('actor').textContent()).toBe('support@acme.test')
    expect(await axe(page)).toEqual([])
    await hook('end').click()
    await page.waitForURL(`${site.origin}/end`)
    expect(site.posted).toEqual(['/end csrf=c1'])
  })

  it('says when its time is up', async () => {
    site.body = element(1) + site.body
    await page.goto(site.origin)
    await expectSoon(() => page.getByRole('heading').textContent()).toBe('Impersonation ended')
    expect(await page.getByRole('alert').textContent()).toContain('Its time was up.')
  })
})
