import { readFile } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { axe } from '../support/browser.ts'
import { besides } from '../support/beside.ts'
import { sealing } from '../support/seal-booted.ts'
import { advance } from '../support/turned-clock.ts'
import type { SignedIn, Stage } from './ui-stage.ts'
import { openStage, openWindow, signedIn } from './ui-stage.ts'

// A browser on a busy machine takes its time; nothing here waits for a clock.
vi.setConfig({ testTimeout: 60_000 })

let stage: Stage
let root: SignedIn
let context: BrowserContext | undefined
let page: Page

beforeAll(async () => {
  stage = await openStage()
  root = await signedIn(stage)
})
afterAll(async () => {
  await stage?.close()
})
beforeEach(async () => {
  await context?.close()
  ;({ context, page } = await openWindow(stage, root))
})

const open = (path: string): Promise<unknown> => page.goto(stage.panel + path)

describe('The audit log', () => {
  it('says that its chain was verified, and is loud when it breaks', async () => {
    const { seal, verify } = await sealing(stage.booted)
    await open('/audit')
    await page.getByText('The chain was not verified yet.').waitFor()
    await seal()
    const { seq, problem } = await verify()
    expect(problem).toBe(null)
    await page.reload()
    await page.getByText(`Chain verified up to no. ${seq}`).waitFor()

    const beside = await besides(stage.booted)
    await beside.sql('DROP TRIGGER audit_event_no_update')
    await beside.sql(
      `UPDATE audit_event SET code = 'X' WHERE id = (SELECT event FROM audit_seal WHERE seq = 5)`,
    )
    await beside.close()
    expect((await verify()).problem).toMatchObject({ seq: 5 })
    await page.reload()
    await page.getByRole('alert').getByText('was tampered with').waitFor()
    expect(await axe(page)).toEqual([])
  })

  it('opens an event by a click on its row, but not by one on a link in it', async () => {
    await open('/audit?action=login.failed')
    await page.locator('tbody tr').first().locator('td').first().click()
    await page.getByRole('dialog', { name: 'login.failed' }).waitFor()
    await page.keyboard.press('Escape')
    await open('/audit?action=login.succeeded')
    const row = page.locator('tbody tr').first()
    const id = (await row.locator('a').first().textContent()) ?? ''
    await row.locator('a').first().click()
    await page.waitForURL(`**/users/${id}`)
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('names those of whom the page knows more than the id, and looks nobody up', async () => {
    const searched = async (): Promise<number> =>
      (await stage.cast.audit({ action: 'user.viewed' })).length
    const before = await searched()
    await open('/audit?action=impersonation.started')
    const row = page.locator('tbody tr', { hasText: 'usr_leilani' }).first()
    await row.getByText('Leilani Kealoha').waitFor()
    expect(await searched()).toBe(before)
  })

  it('is exported by the browser itself, once the second factor is known to be fresh', async () => {
    await open('/audit?action=login.failed')
    const choose = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Export' }).click()
      await page.getByRole('menuitem', { name: 'NDJSON' }).click()
    }
    const [saved] = await Promise.all([page.waitForEvent('download'), choose()])
    expect(saved.suggestedFilename()).toBe('audit-events.ndjson')
    const [line = ''] = (await readFile(await saved.path(), 'utf8')).split('\n')
    expect(JSON.parse(line)).toMatchObject({ action: 'login.failed', outcome: 'failure' })
    const before = await stage.cast.audit({ action: 'audit.exported' })
    advance(301)
    await page.clock.setFixedTime(Date.now())
    await choose()
    await page.getByRole('dialog', { name: 'Second factor needed' }).waitFor()
    expect(await stage.cast.audit({ action: 'audit.exported' })).toEqual(before)
  })
})

describe('A page that is left alone', () => {
  it('says so with what it asks for, so that the session ends', async () => {
    const asked: (string | undefined)[] = []
    page.on('request', (request) => {
      if (new URL(request.url()).pathname !== '/api/impersonations') return
      asked.push(request.headers()['x-background'])
    })
    await page.clock.install()
    await open('/impersonations')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await expect.poll(() => asked.length).toBe(2)
    await page.clock.fastForward(31_000)
    await expect.poll(() => asked.length).toBe(4)
    expect(asked).toEqual([undefined, undefined, '1', '1'])
  })
})
