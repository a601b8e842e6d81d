import { beforeEach, describe, expect, it } from 'vitest'
import { safeLinks } from '../../admin-panel/src/impersonate/link.ts'
import { besides } from '../support/beside.ts'
import { clearStage } from '../support/scene.ts'
import { onStage } from './on-stage.ts'

const REASON = 'cannot see charger 12'

const ui = onStage()
beforeEach(() => clearStage(ui.stage.booted))

/** As Jane, up to the dialog with the links. */
async function begin(app = 'Acme Portal'): Promise<void> {
  await ui.open('/users/usr_jane?impersonate=1')
  await ui.page.getByLabel(app).click()
  await ui.page.getByLabel('Reason').fill(REASON)
  await ui.page.getByRole('button', { name: 'Start', exact: true }).click()
  await ui.page.getByRole('link', { name: `Open ${app}` }).waitFor()
}

const tokenOf = async (): Promise<string> => {
  const href = await ui.page.getByRole('link', { name: /^Open/ }).getAttribute('href')
  return new URL(href ?? '').searchParams.get('refresh_token') ?? ''
}

/** Everything that a script of the page, or one beside it, could read the token from. */
const kept = (): Promise<string> =>
  ui.page.evaluate(`(async () => JSON.stringify({
    page: document.documentElement.outerHTML,
    session: { ...sessionStorage },
    local: { ...localStorage },
    cookie: document.cookie,
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    history: navigation.entries().map((entry) => [entry.url, entry.getState()]),
    state: history.state,
    windowName: window.name,
    title: document.title,
  }))()`)

describe('The list of impersonations', () => {
  it('J01 shows every live one, also of services alone, no tokens, and drops what has ended', async () => {
    const answers: string[] = []
    ui.page.on('response', (answer) => {
      if (new URL(answer.url()).pathname.startsWith('/api/')) {
        void answer.text().then(
          (text) => answers.push(text),
          () => undefined,
        )
      }
    })
    const { status, body } = await ui.stage.cast.start({ user: 'usr_omar' })
    expect(status).toBe(200)
    await ui.page.clock.install()
    await ui.open('/impersonations')
    const rows = ui.page.getByRole('table', { name: 'Impersonations' }).locator('tbody tr')
    await ui.page.getByRole('cell', { name: /omar@customer.test/ }).waitFor()
    const live = await ui.stage.booted.parts.storage.impersonations.findOpenOf({
      app: 'acme-portal',
    })
    expect(await rows.count()).toBe(live.length)
    await expect.poll(() => answers.join()).toContain('usr_omar')
    expect(answers.join()).not.toContain(body.refresh_token)
    await ui.stage.booted.parts.impersonation.revoke(body.impersonation_id, {
      requestId: null,
      ip: null,
      userAgent: null,
    })
    await ui.page.clock.fastForward(31_000)
    await expect.poll(() => ui.page.getByText('omar@customer.test').count()).toBe(0)
  })

  it('J14 ends one from the list while its tab is open, and the tab finds out', async () => {
    await begin()
    const opened = ui.context.waitForEvent('page')
    await ui.page.getByRole('link', { name: 'Open Acme Portal' }).click()
    const portal = await opened
    await portal?.getByTestId('impersonation-banner').waitFor()
    await ui.page.getByRole('button', { name: 'Done' }).click()
    await ui.open('/impersonations?actor=usr_root')
    await ui.page.getByRole('button', { name: 'Revoke' }).click()
    await ui.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await ui.page.getByText('Nothing matches').waitFor()
    await portal?.reload()
    await portal?.getByRole('heading', { name: 'Impersonation ended' }).waitFor()
    const [ended] = (await ui.stage.cast.audit({ action: 'impersonation.ended' })).slice(-1)
    expect(ended).toMatchObject({ actor: 'usr_root', subject: 'usr_jane', outcome: 'success' })
  })
})

describe('Text of others', () => {
  it('J04 is text, whatever it says', async () => {
    const evil = '<img src=x onerror="window.hacked=1"><a href="javascript:window.hacked=1">x</a>'
    const { accounts } = ui.stage.booted.parts.storage
    await accounts.add(
      {
        sub: 'usr_evil',
        email: 'evil@customer.test',
        name: evil,
        organization: null,
        roles: [],
        status: 'active',
        lastLoginAt: null,
      },
      null,
      Date.now(),
    )
    const ticket = 'javascript:window.hacked=1'
    const started = await ui.stage.cast.start({ user: 'usr_evil', body: { reason: evil, ticket } })
    expect(started.status).toBe(200)
    for (const path of [
      '/users?q=evil',
      '/users/usr_evil',
      '/impersonations',
      `/impersonations?record=${started.body.impersonation_id as string}`,
      '/audit?subject=usr_evil',
      `/users?q=${encodeURIComponent(evil)}`,
    ]) {
      await ui.open(path)
      await ui.page.getByRole('heading', { level: 1 }).waitFor()
      await ui.page
        .getByText('evil@customer.test')
        .or(ui.page.getByText('usr_evil'))
        .first()
        .waitFor()
      expect(await ui.page.locator('img[src="x"], a[href^="javascript"]').count()).toBe(0)
      expect(await ui.page.evaluate('window.hacked')).toBe(undefined)
    }
    expect(ui.complaints).toEqual([])
  })
})

describe('The link after a start', () => {
  it('J10 is shown once, is kept nowhere, and goes with a minute, the window or the dialog', async () => {
    const leave: readonly (() => Promise<unknown>)[] = [
      () => ui.page.clock.fastForward(61_000),
      () => ui.page.evaluate(`window.dispatchEvent(new Event('blur'))`),
      () => ui.page.getByRole('button', { name: 'Close' }).click(),
    ]
    await ui.page.clock.install()
    for (const away of leave) {
      await clearStage(ui.stage.booted)
      await begin()
      const token = await tokenOf()
      await ui.page.getByRole('button', { name: 'Show token' }).click()
      await ui.page.getByText(token, { exact: true }).waitFor()
      await ui.page.getByText('Do not send it to anybody').waitFor()
      await away()
      await expect.poll(() => ui.page.getByText(token).count()).toBe(0)
      await expect.poll(kept).not.toContain(token)
      // Neither the list nor the record has it.
      const told = await ui.page.evaluate(`Promise.all(
        ['/api/impersonations', '/api/me', '/api/audit-events'].map((path) => fetch(path).then((answer) => answer.text())),
      )`)
      expect(JSON.stringify(told)).not.toContain(token)
    }
  })

  it('J11 opens a window that knows nothing of this one, and is fetched by nobody before', async () => {
    const asked: { url: string; referer: string | undefined }[] = []
    ui.context.on('request', (request) => {
      asked.push({ url: request.url(), referer: request.headers()['referer'] })
    })
    await begin()
    const link = ui.page.getByRole('link', { name: 'Open Acme Portal' })
    const read = (name: string): Promise<string | null> => link.getAttribute(name)
    expect([await read('target'), await read('rel'), await read('referrerpolicy')]).toEqual([
      '_blank',
      'noopener noreferrer',
      'no-referrer',
    ])
    const token = await tokenOf()
    expect(asked.filter(({ url }) => url.startsWith(ui.stage.portal))).toEqual([])
    expect(await ui.page.locator('link[rel^="pre"][href*="refresh_token"]').count()).toBe(0)
    expect((await ui.page.title()) + ui.page.url()).not.toContain(token)
    const opened = ui.context.waitForEvent('page')
    await link.click()
    const portal = await opened
    await portal?.getByTestId('impersonation-banner').waitFor()
    expect(await portal?.evaluate('[window.opener, document.referrer]')).toEqual([null, ''])
    const carrying = asked.filter(({ url }) => url.includes(token))
    expect(carrying).toEqual([
      { url: expect.stringContaining(ui.stage.portal), referer: undefined },
    ])
    // Used: it is gone from here, too.
    await expect.poll(kept).not.toContain(token)
  })

  it('J12 leads to registered redirect URIs only, one for each', async () => {
    await begin('Acme Billing')
    const links = ui.page.getByRole('dialog').locator('a')
    const hrefs = await links.evaluateAll((all: { href: string }[]) => all.map(({ href }) => href))
    const bare = hrefs.map((href) => {
      const url = new URL(href)
      for (const name of ['', '_expires_on', '_expires_in']) {
        url.searchParams.delete(`refresh_token${name}`)
      }
      return url.href
    })
    const { apps } = ui.stage.booted.parts.storage
    const app = await apps.find('acme-billing')
    expect(bare).toEqual(app?.redirectUris)
    expect(await links.nth(1).textContent()).toBe(`${ui.stage.billing}/callback?from=billing`)
    expect(hrefs.every((href) => href.startsWith(ui.stage.billing))).toBe(true)
    // A link that leads elsewhere than what is registered by now, or that would run, is not shown.
    const registered = [`${ui.stage.billing}/callback`, 'javascript:alert(1)']
    const odd = ['https://evil.test/callback?refresh_token=a', 'javascript:alert(1)', ...hrefs]
    expect(safeLinks(odd, registered).map(({ href }) => href)).toEqual(hrefs.slice(0, 1))

    // Somebody changes the app while the links are on the screen.
    const beside = await besides(ui.stage.booted)
    const [stays, gone] = app?.redirectUris ?? []
    const register = (uris: readonly unknown[]): Promise<unknown> =>
      beside.sql(
        `UPDATE app SET redirect_uris = '${JSON.stringify(uris)}' WHERE client_id = 'acme-billing'`,
      )
    try {
      await register([stays])
      await expect.poll(() => ui.page.getByText(String(gone)).count()).toBe(0)
      await ui.page.getByRole('link', { name: 'Open Acme Billing' }).waitFor()
      await register(['https://elsewhere.test/callback'])
      await ui.page.getByText('redirect URIs have changed meanwhile').waitFor()
      expect(await ui.page.locator('a[href*="refresh_token"]').count()).toBe(0)
    } finally {
      await register(app?.redirectUris ?? [])
      await beside.close()
    }
  })
})
