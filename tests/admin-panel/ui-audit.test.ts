import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { axe } from '../support/browser.ts'
import { besides } from '../support/beside.ts'
import { sealing } from '../support/seal-booted.ts'
import { advance } from '../support/turned-clock.ts'
import { exportsIn } from './panel-scene.ts'
import { onStage } from './on-stage.ts'

const ui = onStage()

describe('The audit log', () => {
  it('says that its chain was verified, and is loud when it breaks', async () => {
    const { seal, verify } = await sealing(ui.stage.booted)
    await ui.open('/audit')
    await ui.page.getByText('The chain was not verified yet.').waitFor()
    await seal()
    const { seq, problem } = await verify()
    expect(problem).toBe(null)
    await ui.page.reload()
    await ui.page.getByText(`Chain verified up to no. ${seq}`).waitFor()

    const beside = await besides(ui.stage.booted)
    await beside.sql('DROP TRIGGER audit_event_no_update')
    await beside.sql(
      `UPDATE audit_event SET code = 'X' WHERE id = (SELECT event FROM audit_seal WHERE seq = 5)`,
    )
    await beside.close()
    expect((await verify()).problem).toMatchObject({ seq: 5 })
    await ui.page.reload()
    await ui.page.getByRole('alert').getByText('was tampered with').waitFor()
    expect(await axe(ui.page)).toEqual([])
  })

  it('opens an event by a click on its row, but not by one on a link in it', async () => {
    await ui.open('/audit?action=login.failed')
    await ui.page.locator('tbody tr').first().locator('td').first().click()
    await ui.page.getByRole('dialog', { name: 'login.failed' }).waitFor()
    await ui.page.keyboard.press('Escape')
    await ui.open('/audit?action=login.succeeded')
    const row = ui.page.locator('tbody tr').first()
    const id = (await row.locator('a').first().textContent()) ?? ''
    await row.locator('a').first().click()
    await ui.page.waitForURL(`**/users/${id}`)
    expect(await ui.page.getByRole('dialog').count()).toBe(0)
  })

  it('names those of whom the page knows more than the id, and looks nobody up', async () => {
    const searched = async (): Promise<number> =>
      (await ui.stage.cast.audit({ action: 'user.viewed' })).length
    const before = await searched()
    await ui.open('/audit?action=impersonation.started')
    const row = ui.page.locator('tbody tr', { hasText: 'usr_leilani' }).first()
    await row.getByText('Leilani Kealoha').waitFor()
    expect(await searched()).toBe(before)
  })

  it('is exported by the browser itself, once the second factor is known to be fresh', async () => {
    await ui.open('/audit?action=login.failed')
    const choose = async (): Promise<void> => {
      await ui.page.getByRole('button', { name: 'Export' }).click()
      await ui.page.getByRole('menuitem', { name: 'NDJSON' }).click()
    }
    const [saved] = await Promise.all([ui.page.waitForEvent('download'), choose()])
    expect(saved.suggestedFilename()).toBe('audit-events.ndjson')
    const [line = ''] = (await readFile(await saved.path(), 'utf8')).split('\n')
    expect(JSON.parse(line)).toMatchObject({ action: 'login.failed', outcome: 'failure' })
    // Its beginning and, after its last byte has left, its end.
    const before = await exportsIn(ui.stage, 2)
    advance(301)
    await ui.page.clock.setFixedTime(Date.now())
    await choose()
    await ui.page.getByRole('dialog', { name: 'Second factor needed' }).waitFor()
    expect(await ui.stage.cast.audit({ action: 'audit.exported' })).toEqual(before)
  })
})

describe('A page that is left alone', () => {
  it('says so with what it asks for, so that the session ends', async () => {
    const asked: (string | undefined)[] = []
    ui.page.on('request', (request) => {
      if (new URL(request.url()).pathname !== '/api/impersonations') return
      asked.push(request.headers()['x-background'])
    })
    const began = Date.now()
    await ui.page.clock.install({ time: began })
    // However long it takes to load, the page was opened a moment ago.
    await ui.page.clock.setFixedTime(began)
    await ui.open('/impersonations')
    await ui.page.getByRole('button', { name: 'Pause' }).waitFor()
    await expect.poll(() => asked.length).toBe(2)
    await ui.page.clock.setSystemTime(began)
    await ui.page.clock.fastForward(31_000)
    await expect.poll(() => asked.length).toBe(4)
    expect(asked).toEqual([undefined, undefined, '1', '1'])
  })
})
