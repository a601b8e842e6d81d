import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { axe } from '../support/browser.ts'
import { expectReported, expectSoon, hook, open, openBannerPages } from './banner-page.ts'

const stage = openBannerPages()
let page: Page

beforeEach(() => {
  ;({ page } = stage)
})

describe('an app that is in the way', () => {
  it('cannot remove it for long, and is told the truth meanwhile', async () => {
    await open()
    await expectReported(true)
    await page.evaluate('document.querySelector("impersonation-banner").remove()')
    await expect
      .poll(() => page.evaluate('imp.calls.join()'))
      .toBe('visible true,visible false,visible true')
    await page.evaluate('document.body.replaceWith(document.createElement("body"))')
    await expectSoon(() => hook('banner').isVisible()).toBe(true)
  })

  it.each([
    '* { display: none !important }',
    'html { display: none !important }',
    'body { content-visibility: hidden }',
    'body { zoom: 0.1 }',
    'body > :first-child { opacity: 0 }',
    'body { visibility: hidden !important }',
    'impersonation-banner { opacity: 0 !important; scale: 0 !important; left: -99em !important }',
    '* { all: unset !important }',
    '* { height: 0 !important; overflow: hidden !important; pointer-events: none !important }',
    'html { opacity: 0 } body { opacity: 0 !important }',
    'html { scale: 0.01 } body { transform: translateY(-999px) }',
    'html { filter: opacity(0) } body { mask-image: linear-gradient(#0000, #0000) }',
    'html { clip-path: inset(50%) } body { filter: blur(60px); position: absolute; left: -9999px }',
    'main { position: fixed; inset: 0; z-index: 2147483647; background: #fff }',
    'main { position: fixed; inset: 0; z-index: 2147483647; background: #fff; pointer-events: none }',
    'iframe { position: fixed; inset: 0; width: 100%; height: 100%; z-index: 2147483647; background: #fff }',
  ])('cannot hide it, or it is told: %s', async (rule) => {
    await open()
    await expectReported(true)
    // What the eye sees, without the watermark, whose place depends on how long the page is.
    const clip = { x: 0, y: 0, width: 640, height: 30 }
    const bar = 'document.querySelector("impersonation-banner").shadowRoot'
    await page.evaluate(`${bar}.querySelector('[data-text]').dataset.text = ''`)
    await page.evaluate('document.body.append(document.createElement("iframe"))')
    await page.evaluate(
      'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
    )
    // Chromium cannot always capture at the first attempt.
    const look = (): Promise<Buffer> =>
      page.screenshot({ clip }).catch(() => page.screenshot({ clip }))
    // Nor is what was changed a moment ago always in the picture already.
    let before = await look()
    await expectSoon(async () => {
      const last = before
      before = await look()
      return before.equals(last)
    }).toBe(true)
    await page.evaluate(
      `{ const sheet = new CSSStyleSheet(); sheet.replaceSync(${JSON.stringify(rule)}); document.adoptedStyleSheets = [sheet] }`,
    )
    const shown = !/^(\*|html) \{ display|content-visibility|zoom/.test(rule)
    await expectReported(shown)
    // The frame in which the page changes may still be drawn without it.
    await expectSoon(async () => (await look()).equals(before)).toBe(shown)
    if (shown) await hook('end').click()
    else {
      await page.evaluate('document.adoptedStyleSheets = []')
      await expectReported(true)
    }
  })

  it('keeps the focus on its button, whatever opens above it', async () => {
    await open()
    await expectReported(true)
    await hook('end').focus()
    await page.evaluate(`{ const cover = document.createElement('div'); cover.popover = 'manual'
      cover.style.cssText = 'position:fixed;inset:0;width:100%;height:100%'; document.body.append(cover)
      cover.showPopover() }`)
    await hook('end').click({ trial: true })
    expect(await hook('end').evaluate((end) => end.matches(':focus'))).toBe(true)
    await expectReported(true)
  })

  it('cannot keep it under a popover that was opened beside a modal dialog', async () => {
    await open()
    await expectReported(true)
    await page.evaluate(`document.getElementById('first').showModal()
      { const cover = document.createElement('div'); cover.popover = 'manual'; cover.id = 'cover'
      cover.style.cssText = 'position:fixed;inset:0;width:100%;height:100%'; document.body.append(cover)
      cover.showPopover() }`)
    const pill = page.locator('dialog').getByRole('button', { name: 'End impersonation' })
    await pill.waitFor()
    await page.evaluate('document.getElementById("first").close()')
    await expectSoon(() => pill.count()).toBe(0)
    await expectReported(true)
    await hook('end').click()
  })

  it('that removes it whenever it appears gets no token, and the page goes on', async () => {
    await open()
    await expectReported(true)
    await page.evaluate(`new MutationObserver(() => document.querySelector('impersonation-banner')?.remove())
      .observe(document.body, { childList: true })
      document.querySelector('impersonation-banner').remove()`)
    await expectReported(false)
    await page.getByRole('button', { name: 'Buy' }).click()
    expect(await page.evaluate('imp.visible')).toBe(false)
  })

  it('cannot make it inert or hide it from assistive technology', async () => {
    await open()
    await page.evaluate(`{ const host = document.querySelector('impersonation-banner')
      host.inert = true; host.hidden = true; host.setAttribute('aria-hidden', 'true'); host.style.cssText = 'display:none!important' }`)
    await expectSoon(() => page.getByRole('button', { name: 'End impersonation' }).count()).toBe(1)
    await expectReported(true)
  })

  it('has the ring above its own popovers, and keeps those open', async () => {
    await open()
    await expectReported(true)
    await page.evaluate(`{ const menu = document.createElement('div'); menu.popover = 'auto'; menu.id = 'menu'
      menu.textContent = 'Menu'; document.body.append(menu)
      globalThis.raised = 0
      const { shadowRoot } = document.querySelector('impersonation-banner')
      shadowRoot.querySelector('[data-text]')
        .addEventListener('beforetoggle', ({ newState }) => { raised += newState === 'open' })
      // Whenever the banner looks after itself it writes down the time that is left.
      new MutationObserver(() => { isUpkept = true })
        .observe(shadowRoot.querySelector('time'), { childList: true }) }`)
    for (const times of [1, 2]) {
      await page.evaluate('menu.showPopover()')
      await expectSoon(() => page.evaluate('raised')).toBe(times)
      expect(await page.evaluate('menu.matches(":popover-open")')).toBe(true)
      await page.evaluate('menu.hidePopover(); globalThis.isUpkept = false')
      await expectSoon(() => page.evaluate('isUpkept')).toBe(true)
    }
    expect(await page.evaluate('raised')).toBe(2)
  })

  it('gets a pill with the way out into its modal dialogs, the ring above them', async () => {
    await open()
    await expectReported(true)
    await page.evaluate('document.getElementById("first").showModal()')
    const pill = page.locator('dialog').getByRole('button', { name: 'End impersonation' })
    await expectSoon(() => pill.count()).toBe(1)
    expect(await page.locator('dialog').getByRole('timer').textContent()).toBe('12:40 left')
    expect(await page.evaluate('imp.visible')).toBe(true)
    expect(await axe(page)).toEqual([])
    await page.evaluate('imp.left(60)')
    await expect
      .poll(() => page.locator('dialog').getByRole('alert').textContent())
      .toBe('1 minute left')
    await page.evaluate('document.getElementById("first").close()')
    await expectSoon(() => pill.count()).toBe(0)
    await page.evaluate('document.getElementById("first").showModal()')
    await pill.click()
    expect(await page.evaluate('imp.calls.includes("end")')).toBe(true)
  })
})
